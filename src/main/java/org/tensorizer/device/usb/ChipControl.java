package org.tensorizer.device.usb;

import static org.tensorizer.device.usb.Register.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import org.tensorizer.device.usb.UsbSettings.Performance;

/**
 * The registers of a chip, and what they are for: to take it out of its sleep into running, and back. The order of the
 * accesses is that of libedgetpu's traces; names of fields are published in its sources. One thread at a time.
 */
final class ChipControl {
    private static final long ALL_TILES = 0x7f;
    private static final long INACTIVE_PHY_MODES = 0x3f00;
    /** toSleepDelay 2, toWakeDelay 30. */
    private static final long TILE_DELAYS = 0x1e02;
    /** Of all events only those of the scalar core. */
    private static final long SCALAR_CORE_EVENTS = 0xf0;

    private static final long SENSOR_ON = 1L << 31;
    private static final long MEMORY_TEST_STATUS = 0x7 << 16;
    private static final long MEMORY_TEST_MASK = 0x7 << 20;
    private static final long CLOCK_FAILURES = 0x3 << 16;
    private static final long BOOT_FAILURE_MASK = 0x3 << 18;
    private static final List<Register> CORE_UNITS = List.of(
            SCALAR_CORE_RUN_CONTROL,
            AV_DATA_POP_RUN_CONTROL,
            PARAMETER_POP_RUN_CONTROL,
            INFEED_RUN_CONTROL,
            OUTFEED_RUN_CONTROL);
    private static final List<Register> TILE_UNITS = List.of(
            OP_RUN_CONTROL,
            NARROW_TO_WIDE_RUN_CONTROL,
            WIDE_TO_NARROW_RUN_CONTROL,
            MESH_BUS_0_RUN_CONTROL,
            MESH_BUS_1_RUN_CONTROL,
            MESH_BUS_2_RUN_CONTROL,
            MESH_BUS_3_RUN_CONTROL,
            RING_BUS_CONSUMER_0_RUN_CONTROL,
            RING_BUS_CONSUMER_1_RUN_CONTROL,
            RING_BUS_PRODUCER_RUN_CONTROL);
    private static final List<Register> TOP_LEVEL_INTERRUPTS =
            List.of(TOP_LEVEL_INT_0_CONTROL, TOP_LEVEL_INT_1_CONTROL, TOP_LEVEL_INT_2_CONTROL, TOP_LEVEL_INT_3_CONTROL);
    /** Between two looks at a register that is waited for. */
    private static final long PAUSE_NANOS = 100_000;

    private final UsbTransport transport;
    private final String device;
    private final int deadlineMillis;
    private final ByteBuffer value = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    ChipControl(UsbTransport transport, String device, int deadlineMillis) {
        this.transport = transport;
        this.device = device;
        this.deadlineMillis = deadlineMillis;
    }

    /** @param chunkBytes largest chunk in which the chip sends output */
    void on(Performance performance, int chunkBytes) {
        update(SCU_CTRL_0, INACTIVE_PHY_MODES, 0);
        if (Field.CLOCK_GATE.of(read(SCU_CTRL_2)) == Field.BY_HARDWARE) {
            gate(Field.NOT_GATED);
        }
        sleep();
        wake(performance);
        gate(Field.BY_HARDWARE);
        read(OMC0_00);
        write(DESCR_EP, SCALAR_CORE_EVENTS);
        write(MULTI_BO_EP, 0);
        write(OUTFEED_CHUNK_LENGTH, chunkBytes / Wire.CHUNK_UNIT);
        runControl(RUN);
        write(FATAL_ERR_INT_CONTROL, 1);
        TOP_LEVEL_INTERRUPTS.forEach(register -> write(register, 1));
        watch(true);
    }

    void off() {
        TOP_LEVEL_INTERRUPTS.forEach(register -> write(register, 0));
        watch(false);
        write(FATAL_ERR_INT_CONTROL, 0);
        runControl(HALT);
        sleep();
    }

    /** Clears the core and everything in it; nothing to do if it sleeps already. */
    private void sleep() {
        long control = read(SCU_CTRL_3);
        if (Field.FORCE_SLEEP.of(control) == Field.SLEEP) {
            return;
        }
        write(SCU_CTRL_3, Field.FORCE_SLEEP.set(control, Field.SLEEP));
        awaitPower(Field.ASLEEP);
        write(GCBB_CREDIT0, CLEAR_CREDIT);
        write(GCBB_CREDIT0, 0);
    }

    private void wake(Performance performance) {
        write(SCU_CTRL_3, performance.set(Field.FORCE_SLEEP.set(read(SCU_CTRL_3), Field.WAKE)));
        awaitPower(0);
        await(SCALAR_CORE_RUN_CONTROL, "0 after a reset", found -> found == 0);
        write(IDLE_REGISTER, 1);
        allTiles();
        write(DEEP_SLEEP, TILE_DELAYS);
    }

    private void awaitPower(int state) {
        await(SCU_CTRL_3, "power state " + state + " in bits 8 and 9", found -> Field.POWER_STATE.of(found) == state);
    }

    private void gate(int mode) {
        write(SCU_CTRL_2, Field.CLOCK_GATE.set(read(SCU_CTRL_2), mode));
    }

    private void runControl(int mode) {
        CORE_UNITS.forEach(unit -> write(unit, mode));
        allTiles();
        TILE_UNITS.forEach(unit -> write(unit, mode));
    }

    /** What follows is for all tiles, once the register has taken the value. */
    private void allTiles() {
        write(TILE_CONFIG_0, ALL_TILES);
        await(TILE_CONFIG_0, "0x7f", found -> found == ALL_TILES);
    }

    /** Interrupts of temperature, memory test and buses. Status bits are cleared by a 1, so none is written. */
    private void watch(boolean on) {
        update(OMC0_D4, SENSOR_ON, on ? SENSOR_ON : 0);
        update(RAMBIST_CTRL_1, MEMORY_TEST_STATUS | MEMORY_TEST_MASK, on ? 0 : MEMORY_TEST_MASK);
        update(SCU_CTR_7, CLOCK_FAILURES | BOOT_FAILURE_MASK, on ? 0 : BOOT_FAILURE_MASK);
        write(SLV_ABM_EN, on ? 1 : 0);
        write(MST_ABM_EN, on ? 1 : 0);
        write(SLV_ERR_RESP_ISR_MASK, on ? 3 : 0);
        write(MST_ERR_RESP_ISR_MASK, on ? 3 : 0);
        update(OMC0_D8, SENSOR_ON, on ? SENSOR_ON : 0);
    }

    private void update(Register register, long mask, long bits) {
        write(register, read(register) & ~mask | bits);
    }

    /** @return unsigned in its width */
    long read(Register register) {
        value.putLong(0, 0);
        int bytes = transfer(register, register.read(), "read");
        if (bytes != register.bits() / 8) {
            throw new UsbFault(
                    UsbFault.Cause.TRANSFER,
                    device,
                    "read " + register + ": expected " + register.bits() / 8 + " bytes, found " + bytes);
        }
        return value.getLong(0);
    }

    private void write(Register register, long bits) {
        value.putLong(0, bits);
        transfer(register, register.write(), "write");
    }

    private int transfer(Register register, ControlRequest request, String verb) {
        try {
            return transport.control(request, value, deadlineMillis);
        } catch (UsbException e) {
            throw UsbFault.of(device, verb + " " + register, e.status(), e);
        }
    }

    /**
     * Reads until the register is as expected.
     *
     * @param expected for the message
     * @throws UsbFault of cause NO_RESET: it is not by the deadline
     */
    private void await(Register register, String expected, LongPredicate condition) {
        long end = System.nanoTime() + deadlineMillis * 1_000_000L;
        long found = read(register);
        while (!condition.test(found)) {
            if (System.nanoTime() - end > 0) {
                throw new UsbFault(
                        UsbFault.Cause.NO_RESET,
                        device,
                        String.format(
                                "%s: expected %s within %d ms, found 0x%x", register, expected, deadlineMillis, found));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            found = read(register);
        }
    }
}
