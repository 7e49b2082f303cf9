package org.tensorizer.device.emulator;

import java.util.Arrays;

/**
 * The rows of wide memory that STORE, SEND or WIDE handles: walk, circular window and a shorter last pass.
 *
 * @param rows in order, all within wide memory
 * @param base first row of the walk
 * @param limit0 limit of the inner loop
 * @param active flags of the loops
 * @param windowed whether the window is on
 * @param window its length in rows
 */
record RowWalk(int[] rows, int base, int limit0, int active, boolean windowed, int window) {
    static RowWalk read(Encoded at) {
        at.requireEqual("rows.stride0", 1, at.get("rows.stride0"));
        int[] rows = tail(at, LoopNest.addresses(at, "rows"), at.get("rows.limit0") + 1);
        LoopNest.requireWithin(at, "row of wide memory", rows, ChipParameters.WIDE_ROWS);
        int on = at.get("rows.window.on");
        at.require(on <= 1, "rows.window.on = %d is not understood", on);
        return new RowWalk(
                rows,
                at.get("rows.base"),
                at.get("rows.limit0"),
                at.get("rows.active"),
                on == 1,
                at.get("rows.window.length"));
    }

    private static int[] tail(Encoded at, int[] rows, int pass) {
        int tail = at.get("rows.tail");
        int on = at.get("rows.tail.on");
        int rewind = at.get("rows.tail.rewind");
        if (on == 0) {
            at.require(tail == 0 && rewind == 0, "rows.tail = %d, rewind %d, and no tail", tail, rewind);
            return rows;
        }
        at.requireEqual("rows.tail.on", 1, on);
        at.require(tail < pass - 1, "rows.tail = %d is not shorter than a pass of %d", tail, pass);
        at.requireEqual("rows.tail.rewind", pass - tail - 1L, rewind);
        return Arrays.copyOf(rows, rows.length - pass + tail + 1);
    }
}
