package org.tensorizer.device.usb;

import static org.tensorizer.device.usb.Register.*;

import java.util.List;

/**
 * Takes the chip out of its sleep into running, and back. The order of the register accesses is that of libedgetpu's
 * traces; names of fields are published in its sources.
 */
final class ChipPower {
    private static final int ALL_TILES = 0x7f;
    private static final int RUN = 1;
    private static final int HALT = 2;

    private static final int INACTIVE_PHY_MODES = 0x3f00;
    private static final int GATED_SHIFT = 18;
    private static final int GATED_BY_HARDWARE = 1;
    private static final int NOT_GATED = 2;
    private static final int FORCE_SLEEP_SHIFT = 22;
    private static final int SLEEP = 3;
    private static final int AWAKE = 2;
    private static final int POWER_STATE_SHIFT = 8;
    private static final int ASLEEP_STATE = 2;

    /** toSleepDelay 2, toWakeDelay 30. */
    private static final int TILE_DELAYS = 0x1e02;

    /** Of all events only those of the scalar core. */
    private static final int SCALAR_CORE_EVENTS = 0xf0;

    private static final int SENSOR_ON = 1 << 31;
    private static final int MEMORY_TEST_STATUS = 0x7 << 16;
    private static final int MEMORY_TEST_MASK = 0x7 << 20;
    private static final int CLOCK_FAILURES = 0x3 << 16;
    private static final int BOOT_FAILURE_MASK = 0x3 << 18;

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

    private final ChipRegisters registers;

    ChipPower(ChipRegisters registers) {
        this.registers = registers;
    }

    /** @param chunkBytes largest chunk in which the chip sends output */
    void on(Performance performance, int chunkBytes) {
        update(SCU_CTRL_0, INACTIVE_PHY_MODES, 0);
        boolean gated = field(registers.read(SCU_CTRL_2), GATED_SHIFT) == GATED_BY_HARDWARE;
        if (gated) {
            gate(NOT_GATED);
        }
        sleep();
        wake(performance);
        gate(GATED_BY_HARDWARE);
        registers.read(OMC0_00);
        registers.write(DESCR_EP, SCALAR_CORE_EVENTS);
        registers.write(MULTI_BO_EP, 0);
        registers.write(OUTFEED_CHUNK_LENGTH, chunkBytes / Wire.CHUNK_UNIT);
        runControl(RUN);
        registers.write(FATAL_ERR_INT_CONTROL, 1);
        TOP_LEVEL_INTERRUPTS.forEach(register -> registers.write(register, 1));
        watch(true);
    }

    void off() {
        TOP_LEVEL_INTERRUPTS.forEach(register -> registers.write(register, 0));
        watch(false);
        registers.write(FATAL_ERR_INT_CONTROL, 0);
        runControl(HALT);
        sleep();
    }

    /** Clears the core and everything in it; nothing to do if it sleeps already. */
    private void sleep() {
        int control = (int) registers.read(SCU_CTRL_3);
        if (field(control, FORCE_SLEEP_SHIFT) == SLEEP) {
            return;
        }
        registers.write(SCU_CTRL_3, Integer.toUnsignedLong(with(control, FORCE_SLEEP_SHIFT, SLEEP)));
        awaitPower(ASLEEP_STATE);
        registers.write(GCBB_CREDIT0, 0xf);
        registers.write(GCBB_CREDIT0, 0);
    }

    private void wake(Performance performance) {
        int control = with((int) registers.read(SCU_CTRL_3), FORCE_SLEEP_SHIFT, AWAKE);
        registers.write(SCU_CTRL_3, Integer.toUnsignedLong(performance.set(control)));
        awaitPower(0);
        registers.await(SCALAR_CORE_RUN_CONTROL, "0 after a reset", value -> value == 0);
        registers.write(IDLE_REGISTER, 1);
        allTiles();
        registers.write(DEEP_SLEEP, TILE_DELAYS);
    }

    private void awaitPower(int state) {
        registers.await(
                SCU_CTRL_3,
                "power state " + state + " in bits 8 and 9",
                value -> field(value, POWER_STATE_SHIFT) == state);
    }

    private void gate(int mode) {
        int control = (int) registers.read(SCU_CTRL_2);
        registers.write(SCU_CTRL_2, Integer.toUnsignedLong(with(control, GATED_SHIFT, mode)));
    }

    private void runControl(int mode) {
        CORE_UNITS.forEach(unit -> registers.write(unit, mode));
        allTiles();
        TILE_UNITS.forEach(unit -> registers.write(unit, mode));
    }

    /** What follows is for all tiles, once the register has taken the value. */
    private void allTiles() {
        registers.write(TILE_CONFIG_0, ALL_TILES);
        registers.await(TILE_CONFIG_0, "0x7f", value -> value == ALL_TILES);
    }

    /** Interrupts of temperature, memory test and buses. Status bits are cleared by a 1, so none is written. */
    private void watch(boolean on) {
        update(OMC0_D4, SENSOR_ON, on ? SENSOR_ON : 0);
        update(RAMBIST_CTRL_1, MEMORY_TEST_STATUS | MEMORY_TEST_MASK, on ? 0 : MEMORY_TEST_MASK);
        update(SCU_CTR_7, CLOCK_FAILURES | BOOT_FAILURE_MASK, on ? 0 : BOOT_FAILURE_MASK);
        registers.write(SLV_ABM_EN, on ? 1 : 0);
        registers.write(MST_ABM_EN, on ? 1 : 0);
        registers.write(SLV_ERR_RESP_ISR_MASK, on ? 3 : 0);
        registers.write(MST_ERR_RESP_ISR_MASK, on ? 3 : 0);
        update(OMC0_D8, SENSOR_ON, on ? SENSOR_ON : 0);
    }

    private void update(Register register, int mask, int bits) {
        int value = (int) registers.read(register);
        registers.write(register, Integer.toUnsignedLong(value & ~mask | bits));
    }

    private static int field(long value, int shift) {
        return (int) (value >>> shift) & 3;
    }

    private static int with(int value, int shift, int field) {
        return value & ~(3 << shift) | field << shift;
    }
}
