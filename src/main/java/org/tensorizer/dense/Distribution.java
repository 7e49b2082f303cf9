package org.tensorizer.dense;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Spreads the input over the tile grid. Each row of the grid is sent the slices of its four tiles; each tile then picks
 * its own slice out of the rows of wide memory, by its column, and has it in narrow memory.
 */
final class Distribution {
    /** Words of the window that the column readers declare; what it bounds is not known. */
    private static final int WINDOW_WORDS = 128;

    private static final int WORD_BYTES = 4;

    private final Partition input;
    private final int rows;
    private final int row;

    Distribution(Partition input) {
        this.input = input;
        rows = WideMemory.rows(input.channels());
        row = WideMemory.inputRow(input.channels());
    }

    /** First word of the slices in narrow memory: behind the whole input and 512 bytes. */
    int sliceWord() {
        return (WideMemory.ROW_BYTES * rows + 512) / WORD_BYTES;
    }

    /** Receivers stand before their senders: they wait for data. */
    void emit(ProgramBuilder program) {
        columnMasks().forEach((slice, tiles) -> program.add(pickColumn(slice.column, slice.channels, tiles)));
        for (int gridRow = 0; gridRow < input.gridRows(); gridRow++) {
            int tiles = 0xf << Partition.GRID * gridRow & input.mask();
            int channels = 0;
            for (int tile = Partition.GRID * gridRow; (tiles >> tile & 1) != 0; tile++) {
                channels += input.channels(tile);
            }
            program.add(storeGridRow(channels, tiles));
            int first = Units.INPUT.of(Partition.GRID * input.tileChannels()) * gridRow;
            program.add(Units.INPUT.pop(first, Units.INPUT.of(channels), tiles, WideMemory.ROW_BYTES));
        }
    }

    private record Slice(int column, int channels) {}

    /** The tiles that share a reader: same column, same length; in order of their first tile. */
    private Map<Slice, Integer> columnMasks() {
        Map<Slice, Integer> masks = new LinkedHashMap<>();
        for (int tile = 0; tile < input.tiles(); tile++) {
            masks.merge(new Slice(tile % Partition.GRID, input.channels(tile)), 1 << tile, (a, b) -> a | b);
        }
        return masks;
    }

    /** The slice starts somewhere in a row of wide memory and may reach into the next; words before it are skipped. */
    private Instruction pickColumn(int column, int channels, int tiles) {
        int words = PlacedLayer.words(channels);
        int start = PlacedLayer.words(input.tileChannels()) * column;
        int skip = start % WideMemory.ROW_WORDS;
        int rowCount = DenseShape.ceilDiv(skip + words, WideMemory.ROW_WORDS);
        Instruction reader = Instruction.of(Variant.WIDE_COLUMN).set("tiles", tiles);
        Loops walk = Loops.of(reader, "rows").base(row + start / WideMemory.ROW_WORDS);
        (rowCount > 1 ? walk.move(1, rowCount) : walk.idle(1)).done();
        Loops.of(reader, "words").base(sliceWord()).move(1, words).done();
        reader.set("words.window.on", 1)
                .set("words.window.length", WINDOW_WORDS)
                .set("wait", 1)
                .set("wait.step", 1)
                .set("segments", 1);
        if (skip > 0) {
            reader.set("first.on", 3)
                    .set("first.base", sliceWord())
                    .set("first.limit", skip - 1)
                    .set("first.end", sliceWord() + skip - 1)
                    .set("segments", 2);
        }
        return reader;
    }

    /** One pass over a window as long as the whole input, cut short where the grid row gets less. */
    private Instruction storeGridRow(int channels, int tiles) {
        int width = WideMemory.rows(channels);
        Instruction store = Instruction.of(Variant.STORE_RING).set("tiles", tiles);
        Loops walk = Loops.of(store, "rows").base(row);
        (rows > 1 ? walk.move(1, width > 1 ? rows : 1) : walk.idle(1)).done();
        if (width > 1) {
            store.set("rows.tail", width - 1).set("rows.tail.on", 1).set("rows.tail.rewind", rows - width);
        }
        return store.set("rows.window.on", 1)
                .set("rows.window.length", rows)
                .set("wait", -4 * rows)
                .set("wait.step", 4 * rows);
    }
}
