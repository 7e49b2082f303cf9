package org.tensorizer.device.virtual;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalLong;
import org.tensorizer.device.usb.Register;
import org.tensorizer.device.usb.Register.Field;

/**
 * Registers that remember what was written, with the few that do more: the power state follows what is forced, and sleep
 * clears everything of the chip's core. Values after a reset are those that traces of the real library read.
 */
final class Registers {
    /** What a write means for the rest of the device. */
    enum Effect {
        NONE,
        /** The core lost power. */
        SLEEP,
        /** Transfers that the chip has not taken are dropped. */
        CREDIT_CLEARED,
        /** The scalar core may go on. */
        RUN
    }

    /** Where registers are. Other addresses stall. */
    private static final int SYSTEM = 0x18000;

    private static final int SYSTEM_END = 0x1b000;
    private static final int CORE_END = 0x50000;

    private final ByteBuffer memory = ByteBuffer.allocate(CORE_END).order(ByteOrder.LITTLE_ENDIAN);
    private boolean powerStuck;

    Registers() {
        reset();
    }

    /** As after a reset of the port. */
    void reset() {
        Arrays.fill(memory.array(), (byte) 0);
        powerStuck = false;
        set(Register.SCU_CTRL_2, 0x80000);
        set(Register.SCU_CTRL_3, 0xa00000);
    }

    private void clearCore() {
        Arrays.fill(memory.array(), Register.FIRST_OF_CORE, CORE_END, (byte) 0);
    }

    /** A fault on request: from now on the power state stays as it is. */
    void stickPower() {
        powerStuck = true;
    }

    /** @return empty where there is no register */
    OptionalLong read(int address, int bytes) {
        return isRegister(address, bytes) ? OptionalLong.of(get(address, bytes)) : OptionalLong.empty();
    }

    /** @return null where there is no register */
    Effect write(int address, int bytes, long value) {
        if (!isRegister(address, bytes)) {
            return null;
        }
        Register register = Register.at(address).orElse(null);
        if (register == Register.SCU_CTRL_3) {
            return writePower(value);
        }
        put(address, bytes, value);
        if (register == Register.GCBB_CREDIT0 && value == Register.CLEAR_CREDIT) {
            return Effect.CREDIT_CLEARED;
        }
        return register == Register.SCALAR_CORE_RUN_CONTROL && value == Register.RUN ? Effect.RUN : Effect.NONE;
    }

    /** The state bits are the chip's: what the host writes there is ignored. */
    private Effect writePower(long value) {
        boolean sleep = Field.FORCE_SLEEP.of(value) == Field.SLEEP;
        int state = powerStuck ? Field.POWER_STATE.of(get(Register.SCU_CTRL_3)) : sleep ? Field.ASLEEP : 0;
        set(Register.SCU_CTRL_3, Field.POWER_STATE.set(value, state));
        if (!sleep || powerStuck) {
            return Effect.NONE;
        }
        clearCore();
        return Effect.SLEEP;
    }

    boolean isRunning() {
        return get(Register.SCALAR_CORE_RUN_CONTROL) == Register.RUN;
    }

    long get(Register register) {
        return get(register.address(), register.bits() / 8);
    }

    void set(Register register, long value) {
        put(register.address(), register.bits() / 8, value);
    }

    private long get(int address, int bytes) {
        return bytes == Long.BYTES ? memory.getLong(address) : memory.getInt(address) & 0xffffffffL;
    }

    private void put(int address, int bytes, long value) {
        if (bytes == Long.BYTES) {
            memory.putLong(address, value);
        } else {
            memory.putInt(address, (int) value);
        }
    }

    private static boolean isRegister(int address, int bytes) {
        return address % bytes == 0
                && (address >= SYSTEM && address < SYSTEM_END
                        || address >= Register.FIRST_OF_CORE && address < CORE_END);
    }
}
