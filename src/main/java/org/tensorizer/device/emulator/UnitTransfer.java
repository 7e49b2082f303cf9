package org.tensorizer.device.emulator;

/**
 * INFEED or POP: a number of units of the host's stream. Full passes of one window, then a shorter one.
 *
 * @param units how many
 * @param unitBytes 64 for parameters, 8 for the input
 * @param start the field wait. INFEED: unit u enters when u + start units were popped. POP: units popped before, plus 1, modulo 65536
 */
record UnitTransfer(Encoded at, int units, int unitBytes, int start) {
    /** Bytes of a unit of parameters, and of what WIDE counts in. */
    static final int WIDE_UNIT = 64;

    private static final int NARROW_UNIT = 8;

    static UnitTransfer read(Encoded at) {
        int limit0 = at.get("units.limit0");
        int limit1 = at.get("units.limit1");
        int window = at.get("units.window.length");
        int unitBytes = at.get("units.narrow") == 1 ? NARROW_UNIT : WIDE_UNIT;
        at.requireEqual("units.stride0", 1, at.get("units.stride0"));
        at.requireEqual("units.stride1", -limit0, at.get("units.stride1"));
        at.requireEqual("units.stride2", -limit0, at.get("units.stride2"));
        at.requireEqual("units.limit2", 0, at.get("units.limit2"));
        at.requireEqual("units.window.on", 1, at.get("units.window.on"));
        at.requireEqual("units.window.length", limit0 + 1L, window);
        at.requireEqual("wait.step", 1, at.get("wait.step"));
        long windowBytes = (long) window * unitBytes;
        at.require(
                windowBytes == ChipParameters.INFEED_BYTES || windowBytes == ChipParameters.INFEED_BYTES / 2,
                "a window of %d units of %d bytes",
                window,
                unitBytes);
        long units = (limit1 + 1L) * window - shortened(at, window);
        at.require(units <= 1 << 26, "%d units", units);
        return new UnitTransfer(at, (int) units, unitBytes, at.get("wait"));
    }

    /** Units that the last pass is shorter. */
    private static int shortened(Encoded at, int window) {
        int on = at.get("units.tail.on");
        int tail = at.get("units.tail");
        int rewind = at.get("units.tail.rewind");
        if (on == 0) {
            at.require(tail == 0 && rewind == 0, "units.tail = %d, rewind %d, and no tail", tail, rewind);
            return 0;
        }
        at.requireEqual("units.tail.on", 1, on);
        at.require(tail < window, "units.tail = %d in a window of %d", tail, window);
        at.requireEqual("units.tail.rewind", window - tail - 1L, rewind);
        return window - tail - 1;
    }

    /** Units the infeed buffer holds. */
    int capacity() {
        return ChipParameters.INFEED_BYTES / unitBytes;
    }
}
