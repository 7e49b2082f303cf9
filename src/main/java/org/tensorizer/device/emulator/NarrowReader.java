package org.tensorizer.device.emulator;

/**
 * NARROW: words of narrow memory into one row of wide memory, where a SEND picks them up.
 *
 * @param words addresses in narrow memory
 * @param row of wide memory
 */
record NarrowReader(Encoded at, int[] words, int row) implements TileOperation {
    static NarrowReader decode(Encoded at) {
        int[] words = LoopNest.addresses(at, "words");
        int[] rows = LoopNest.addresses(at, "rows");
        at.requireEqual("words.stride0", 1, at.get("words.stride0"));
        at.requireEqual("rows.stride0", 1, at.get("rows.stride0"));
        at.requireEqual("words.active", 1, at.get("words.active"));
        at.requireEqual("rows.active", 0, at.get("rows.active"));
        at.requireEqual("rows.window.on", 1, at.get("rows.window.on"));
        at.requireEqual("rows.window.length", 1, at.get("rows.window.length"));
        at.requireEqual("number of rows", 1, rows.length);
        at.require(words.length <= ChipParameters.LANES, "%d words do not fit a row", words.length);
        LoopNest.requireWithin(at, "row of wide memory", rows, ChipParameters.WIDE_ROWS);
        return new NarrowReader(at, words, rows[0]);
    }

    @Override
    public int addresses() {
        return words.length;
    }

    @Override
    public Tile.Unit unit() {
        return Tile.Unit.NARROW;
    }

    @Override
    public boolean run(Tile tile, Ring ring) {
        if (tile.staged >= 0) {
            return false;
        }
        tile.wide[row] = new WideRow.Activations(tile.narrow.read(at, words));
        tile.staged = row;
        return true;
    }
}
