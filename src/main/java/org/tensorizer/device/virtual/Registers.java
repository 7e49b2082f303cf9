package org.tensorizer.device.virtual;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalLong;
import org.tensorizer.device.usb.Register;
import org.tensorizer.device.usb.Register.Field;

/**
 * Registers that remember what was written, with the few that do more: the power state follows what is forced, and sleep
 * clears everything of the chip's core. Values after a reset are those that traces of the real library read.
 *
 * <p>Thread safety: none; the device's lock guards it.
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

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] system = new byte[SYSTEM_END - SYSTEM];
    private final byte[] core = new byte[CORE_END - Register.FIRST_OF_CORE];
    private boolean powerStuck;

    Registers() {
        reset();
    }

    /** As after a reset of the port. */
    void reset() {
        Arrays.fill(system, (byte) 0);
        clearCore();
        powerStuck = false;
        set(Register.SCU_CTRL_2, 0x80000);
        set(Register.SCU_CTRL_3, 0xa00000);
    }

    private void clearCore() {
        Arrays.fill(core, (byte) 0);
    }

    /** A fault on request: from now on the power state stays as it is. */
    void stickPower() {
        powerStuck = true;
    }

    /** @return empty where there is no register */
    OptionalLong read(int address, int bytes) {
        byte[] bank = bank(address, bytes);
        if (bank == null) {
            return OptionalLong.empty();
        }
        int at = address - start(bank);
        return OptionalLong.of(bytes == Long.BYTES ? (long) LONG.get(bank, at) : (int) INT.get(bank, at) & 0xffffffffL);
    }

    /** @return null where there is no register */
    Effect write(int address, int bytes, long value) {
        byte[] bank = bank(address, bytes);
        if (bank == null) {
            return null;
        }
        Register register = Register.at(address).orElse(null);
        if (register == Register.SCU_CTRL_3) {
            return writePower(value);
        }
        put(bank, address - start(bank), bytes, value);
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
        return read(register.address(), register.bits() / 8).getAsLong();
    }

    void set(Register register, long value) {
        byte[] bank = bank(register.address(), register.bits() / 8);
        put(bank, register.address() - start(bank), register.bits() / 8, value);
    }

    private static void put(byte[] bank, int at, int bytes, long value) {
        if (bytes == Long.BYTES) {
            LONG.set(bank, at, value);
        } else {
            INT.set(bank, at, (int) value);
        }
    }

    private byte[] bank(int address, int bytes) {
        if (address % bytes != 0) {
            return null;
        }
        if (address >= SYSTEM && address < SYSTEM_END) {
            return system;
        }
        return address >= Register.FIRST_OF_CORE && address < CORE_END ? core : null;
    }

    private int start(byte[] bank) {
        return bank == system ? SYSTEM : Register.FIRST_OF_CORE;
    }
}
