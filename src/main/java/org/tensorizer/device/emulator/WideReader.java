package org.tensorizer.device.emulator;

import java.util.Arrays;

/**
 * WIDE: rows of the receive window to words of narrow memory. Words in front of the wanted slice are skipped: that they
 * go to the walk's own base first is an assumption nobody can see the effect of.
 *
 * @param rows read
 * @param windowed whether they are the whole window
 * @param words addresses of the slice in narrow memory
 * @param skip words in front of it
 * @param fill number of the fill it reads
 */
record WideReader(Encoded at, int[] rows, boolean windowed, int[] words, int skip, int fill) implements TileOperation {
    private static final int ROW_WORDS = ChipParameters.LANES;
    private static final int UNIT_WORDS = UnitTransfer.WIDE_UNIT / ChipParameters.WORD;

    /** Input arrives in units of 8 bytes: one word of the last one may be padding. */
    private static final int PADDING_WORDS = 1;

    static WideReader decode(Encoded at) {
        RowWalk walk = RowWalk.read(at);
        int[] words = LoopNest.addresses(at, "words");
        int wait = at.get("wait");
        at.requireEqual("wait.step", 1, at.get("wait.step"));
        at.requireEqual("words.stride0", 1, at.get("words.stride0"));
        at.require(wait >= 0, "reads a row without waiting for it, wait = %d", wait);
        at.requireEqual("rows.active", walk.limit0() > 0 ? 1 : 0, walk.active());
        at.requireEqual("words.active", 1, at.get("words.active"));
        if (walk.windowed()) {
            at.requireEqual("rows.window.length", walk.rows().length, walk.window());
        } else {
            at.requireEqual("rows.window.length without a window", 0, walk.window());
        }
        int skip = skip(at);
        int needed = skip + words.length;
        int read = walk.rows().length * ROW_WORDS;
        checkWindow(at, needed);
        at.require(needed <= read && needed > read - ROW_WORDS, "needs %d words, its rows have %d", needed, read);
        return new WideReader(at, walk.rows(), walk.windowed(), words, skip, wait);
    }

    private static int skip(Encoded at) {
        int base = at.get("first.base");
        int limit = at.get("first.limit");
        int end = at.get("first.end");
        if (at.get("first.on") == 0) {
            at.requireEqual("segments", 1, at.get("segments"));
            at.require(base == 0 && limit == 0 && end == 0, "words in front of the slice without their flag");
            return 0;
        }
        at.requireEqual("first.on", 3, at.get("first.on"));
        at.requireEqual("segments", 2, at.get("segments"));
        at.requireEqual("first.base", at.get("words.base"), base);
        at.requireEqual("first.end", base + (long) limit, end);
        return limit + 1;
    }

    private static void checkWindow(Encoded at, int needed) {
        int on = at.get("words.window.on");
        int length = at.get("words.window.length");
        if (on == 0) {
            at.requireEqual("words.window.length without a window", 0, length);
        } else {
            at.requireEqual("words.window.on", 1, on);
            at.require(needed <= length, "%d words leave the window of %d", needed, length);
        }
    }

    @Override
    public int addresses() {
        return rows.length + words.length;
    }

    @Override
    public Tile.Unit unit() {
        return Tile.Unit.WIDE;
    }

    @Override
    public boolean run(Tile tile, Ring ring) {
        if (tile.fills < fill) {
            return false;
        }
        at.requireEqual("wait", tile.fills, fill);
        int[] read = new int[rows.length * ROW_WORDS];
        Arrays.fill(read, NarrowMemory.UNWRITTEN);
        for (int i = 0; i < rows.length; i++) {
            at.require(
                    tile.filled.get(rows[i]),
                    "row %d of tile %d is none that fill %d brought",
                    rows[i],
                    tile.index,
                    fill);
            if (!(tile.wide[rows[i]] instanceof WideRow.Activations row)) {
                throw at.refused("row " + rows[i] + " of tile " + tile.index + " holds parameters, not activations");
            }
            System.arraycopy(row.words(), 0, read, i * ROW_WORDS, row.words().length);
        }
        int base = at.get("first.base");
        for (int i = 0; i < skip; i++) {
            tile.narrow.write(at, base + i, read[i]);
        }
        for (int i = 0; i < words.length; i++) {
            at.require(
                    read[skip + i] != NarrowMemory.UNWRITTEN,
                    "reads wide memory of tile %d that nobody wrote",
                    tile.index);
            tile.narrow.write(at, words[i], read[skip + i]);
        }
        if (windowed) {
            int behind = 0;
            for (int i = skip + words.length; i < read.length; i++) {
                behind += read[i] == NarrowMemory.UNWRITTEN ? 0 : 1;
            }
            at.require(behind <= PADDING_WORDS, "leaves %d words of the packet behind", behind);
        }
        tile.drained += (words.length + UNIT_WORDS - 1) / UNIT_WORDS;
        return true;
    }
}
