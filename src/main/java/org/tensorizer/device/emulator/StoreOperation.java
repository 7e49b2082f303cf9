package org.tensorizer.device.emulator;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * STORE: what arrives at the tile goes into rows of wide memory. From the ring and the input stream into a circular
 * window, with credit; parameters without either, header rows first.
 *
 * @param rows in the order in which they are filled
 * @param windowed whether it fills the receive window
 * @param credit units of 64 bytes that must have been read before
 * @param step what the window holds, in units of 64 bytes
 */
record StoreOperation(Encoded at, int[] rows, boolean windowed, int credit, int step) implements TileOperation {
    private static final int UNITS_PER_ROW = ChipParameters.ROW_BYTES / UnitTransfer.WIDE_UNIT;

    static StoreOperation decode(Encoded at) {
        RowWalk walk = RowWalk.read(at);
        int credit = at.get("wait");
        int step = at.get("wait.step");
        if (walk.windowed()) {
            checkWindow(at, walk, step);
        } else {
            at.require(walk.window() == 0 && credit == 0 && step == 0, "window fields without a window");
            at.requireEqual("rows.active, loop 0", walk.limit0() > 0 ? 1 : 0, walk.active() & 1);
        }
        int[] rows = IntStream.concat(IntStream.of(header(at)), IntStream.of(walk.rows()))
                .toArray();
        BitSet seen = new BitSet();
        for (int row : rows) {
            at.require(!seen.get(row), "stores two rows on row %d", row);
            seen.set(row);
        }
        return new StoreOperation(at, rows, walk.windowed(), credit, step);
    }

    private static void checkWindow(Encoded at, RowWalk walk, int step) {
        int pass = walk.limit0() + 1;
        at.require(pass == 1 || pass == walk.window(), "a pass of %d rows in a window of %d", pass, walk.window());
        for (int row : walk.rows()) {
            at.require(
                    row >= walk.base() && row < walk.base() + walk.window(),
                    "row %d leaves the window of %d rows from %d on",
                    row,
                    walk.window(),
                    walk.base());
        }
        at.requireEqual("rows.active", walk.window() > 1 ? 1 : 0, walk.active());
        at.requireEqual("wait.step", (long) UNITS_PER_ROW * walk.window(), step);
    }

    /** Rows in front of the walk. */
    private static int[] header(Encoded at) {
        int base = at.get("first.base");
        int limit = at.get("first.limit");
        int end = at.get("first.end");
        int count = at.get("first.rows");
        if (at.get("first.on") == 0) {
            at.require(base == 0 && limit == 0 && end == 0 && count == 0, "header rows without their flag");
            return new int[0];
        }
        at.requireEqual("first.on", 1, at.get("first.on"));
        at.requireEqual("first.end", base + (long) limit, end);
        at.requireEqual("first.rows", limit + 1L, count);
        int[] rows = IntStream.rangeClosed(base, end).toArray();
        return LoopNest.requireWithin(at, "row of wide memory", rows, ChipParameters.WIDE_ROWS);
    }

    @Override
    public int addresses() {
        return rows.length;
    }

    @Override
    public Tile.Unit unit() {
        return Tile.Unit.STORE;
    }

    @Override
    public boolean run(Tile tile, Ring ring) {
        if (tile.inbox.isEmpty() || windowed && tile.drained < credit) {
            return false;
        }
        if (windowed) {
            at.requireEqual("wait", (long) tile.drained - step, credit);
        }
        List<WideRow> packet = tile.inbox.poll();
        at.require(
                packet.size() == rows.length,
                "tile %d: %d rows arrived for %d rows",
                tile.index,
                packet.size(),
                rows.length);
        for (int i = 0; i < rows.length; i++) {
            tile.wide[rows[i]] = packet.get(i);
        }
        if (windowed) {
            tile.fills++;
            tile.filled.clear();
            for (int row : rows) {
                tile.filled.set(row);
            }
        }
        return true;
    }
}
