package org.tensorizer.device.emulator;

import org.tensorizer.dense.ParameterFormat;

/**
 * WIDE to the channel registers: the header rows of the next tensor op of the tile. Where exactly they go is not
 * understood; only that its fields are those of a known reader is checked, and that their arithmetic closes: 32 words,
 * then on to the next block of 64.
 *
 * @param row first header row
 * @param format which of the three known readers it is
 */
record ParameterReader(Encoded at, int row, ParameterFormat format) implements TileOperation {
    private static final int BLOCK = 64;
    private static final int HALF = BLOCK / 2;
    private static final int NO_FILL = -1;

    static ParameterReader decode(Encoded at) {
        ParameterFormat format = format(at);
        at.requireEqual("wait", NO_FILL, at.get("wait"));
        at.requireEqual("wait.step", 1, at.get("wait.step"));
        checkRows(at);
        checkWords(at, at.get("rows.limit0"));
        at.require(
                at.get("first.on") == 0
                        && at.get("first.base") == 0
                        && at.get("first.limit") == 0
                        && at.get("first.end") == 0,
                "words in front of the header rows");
        at.requireEqual("segments", 1, at.get("segments"));
        int row = at.get("rows.base");
        at.require(row + format.headerRows() <= ChipParameters.WIDE_ROWS, "row %d of wide memory", row);
        return new ParameterReader(at, row, format);
    }

    private static ParameterFormat format(Encoded at) {
        int base = at.get("words.base");
        int limit = at.get("rows.limit0");
        if (base == BLOCK && limit == 0) {
            return ParameterFormat.PER_TENSOR_BIAS;
        }
        at.require(base == 0 && limit <= 1, "a parameter reader to word %d with %d rows is not known", base, limit + 1);
        return limit == 0 ? ParameterFormat.PER_CHANNEL : ParameterFormat.PER_CHANNEL_BIAS;
    }

    private static void checkRows(Encoded at) {
        int last = at.get("rows.limit0");
        at.requireEqual("rows.stride0", 1, at.get("rows.stride0"));
        at.requireEqual("rows.active", 1, at.get("rows.active"));
        for (int j = 1; j < 4; j++) {
            at.requireEqual("rows.limit" + j, 0, at.get("rows.limit" + j));
            at.requireEqual("rows.stride" + j, -last, at.get("rows.stride" + j));
        }
        at.require(
                at.get("rows.window.on") == 0
                        && at.get("rows.window.length") == 0
                        && at.get("rows.tail.on") == 0
                        && at.get("rows.tail") == 0
                        && at.get("rows.tail.rewind") == 0,
                "a window of header rows");
    }

    private static void checkWords(Encoded at, int rowLimit) {
        at.requireEqual("words.stride0", 1, at.get("words.stride0"));
        at.requireEqual("words.limit0", HALF - 1, at.get("words.limit0"));
        at.requireEqual("words.stride1", BLOCK - (HALF - 1), at.get("words.stride1"));
        at.requireEqual("words.limit1", rowLimit, at.get("words.limit1"));
        at.requireEqual("words.active", 3, at.get("words.active"));
        at.requireEqual("words.window.on", 2, at.get("words.window.on"));
        at.requireEqual("words.window.length", BLOCK, at.get("words.window.length"));
        for (int j = 2; j < 6; j++) {
            at.requireEqual("words.limit" + j, 0, at.get("words.limit" + j));
            at.requireEqual("words.stride" + j, -(HALF - 1) - (long) BLOCK * rowLimit, at.get("words.stride" + j));
        }
    }

    @Override
    public Tile.Unit unit() {
        return Tile.Unit.WIDE;
    }

    @Override
    public boolean run(Tile tile, Ring ring) {
        at.require(tile.header == null, "tile %d: the header rows read before were never used", tile.index);
        tile.header = this;
        return true;
    }
}
