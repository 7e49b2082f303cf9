package org.tensorizer.dense;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Infeed;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Pop;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.RingBusConsumer;
import org.tensorizer.isa.ScalarCounter;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;
import org.tensorizer.isa.WideToNarrow;

/**
 * Takes the input from the host and spreads it over the tile grid. Each row of the grid is sent the slices of its four
 * tiles; each tile then picks its own slice out of the rows of wide memory, by its column, and has it in narrow memory.
 *
 * <pre>
 * infeed                  host -> input buffer, units of 8 bytes
 * wideToNarrow            by column and length: the slice, words before it skipped; waits for the rows
 * ringBusConsumer0, pop   by row of the grid: the slices of its tiles into rows of wide memory
 * </pre>
 */
final class Distribution {
    /** Half of the buffer of words that the column readers declare. */
    private static final int HALF_WORDS = 64;

    private final Partition input;
    private final int rows;
    private final int row;

    Distribution(Partition input) {
        this.input = input;
        rows = input.rows();
        row = input.inputRow();
    }

    /** Units of the input that carry so many channels. */
    static int units(int channels) {
        return DenseShape.ceilDiv(channels, Chip.INPUT_UNIT_BYTES);
    }

    Instruction infeed() {
        Instruction infeed = Instruction.of(Opcode.INFEED).set(Infeed.INPUT);
        Infeed.UNITS.set(infeed, Loops.stream(0, units(input.channels()), Chip.INPUT_UNITS, Chip.INPUT_UNITS));
        Infeed.WAITS.set(infeed, 0, Wait.scalar(ScalarCounter.AVDATA_INFEED, 0, 0, 1));
        Infeed.SIGNAL.set(infeed, 0);
        return infeed;
    }

    /** Receivers stand before their senders: they wait for data. */
    void emit(ProgramBuilder program) {
        columnMasks().forEach((slice, tiles) -> program.add(pickColumn(slice.column, slice.channels, tiles)));
        for (int gridRow = 0; gridRow < input.gridRows(); gridRow++) {
            int tiles = (1 << Chip.GRID) - 1 << Chip.GRID * gridRow & input.mask();
            int channels = 0;
            for (int tile = Chip.GRID * gridRow; (tiles >> tile & 1) != 0; tile++) {
                channels += input.channels(tile);
            }
            program.add(storeGridRow(channels, tiles));
            program.add(pop(units(Chip.GRID * input.tileChannels()) * gridRow, units(channels), tiles));
        }
    }

    private record Slice(int column, int channels) {}

    /** The tiles that share a reader: same column, same length; in order of their first tile. */
    private Map<Slice, Integer> columnMasks() {
        Map<Slice, Integer> masks = new LinkedHashMap<>();
        for (int tile = 0; tile < input.tiles(); tile++) {
            masks.merge(new Slice(tile % Chip.GRID, input.channels(tile)), 1 << tile, (a, b) -> a | b);
        }
        return masks;
    }

    /** The slice starts somewhere in a row of wide memory and may reach into the next; words before it are skipped. */
    private Instruction pickColumn(int column, int channels, int tiles) {
        int words = PlacedLayer.words(channels);
        int start = PlacedLayer.words(input.tileChannels()) * column;
        int skip = start % Chip.LANES;
        int rowCount = DenseShape.ceilDiv(skip + words, Chip.LANES);
        Instruction reader = Instruction.of(Opcode.WIDE_TO_NARROW)
                .set(TileInstruction.TILES, tiles)
                .set(WideToNarrow.PACK, 1);
        Loops.Builder walk = Loops.from(row + start / Chip.LANES);
        WideToNarrow.ROWS.set(reader, rowCount > 1 ? walk.step(1, rowCount) : walk.single());
        WideToNarrow.WORDS.set(
                reader, Loops.from(input.sliceWord()).step(1, words).window(1, HALF_WORDS));
        WideToNarrow.WAITS.set(reader, 0, Wait.data(TileCounter.RING_READ_A, 1, 1, 1));
        WideToNarrow.WAITS.set(reader, 1, Wait.room(TileCounter.AVDATA, 1, -1, 1));
        WideToNarrow.SIGNAL.set(reader, 0);
        if (skip > 0) {
            reader.set(WideToNarrow.SKIP_ON)
                    .set(WideToNarrow.SKIP_LEVEL, 1)
                    .set(WideToNarrow.SKIP_BASE, input.sliceWord())
                    .set(WideToNarrow.SKIP_LIMIT, skip - 1L)
                    .set(WideToNarrow.SKIP_END, input.sliceWord() + skip - 1L)
                    .set(WideToNarrow.PACK, 2);
        }
        return reader;
    }

    /** One pass over a window as long as the whole input, cut short where the grid row gets less. */
    private Instruction storeGridRow(int channels, int tiles) {
        int width = DenseShape.ceilDiv(channels, Chip.ROW_BYTES);
        Instruction store = Instruction.of(Opcode.RING_BUS_CONSUMER_0).set(TileInstruction.TILES, tiles);
        Loops.Builder walk = Loops.from(row).window(1, rows);
        if (rows == 1) {
            walk.single();
        } else if (width == 1) {
            walk.step(1, 1);
        } else {
            walk.step(1, rows).tail(1, width);
        }
        RingBusConsumer.ROWS.set(store, walk);
        int words = Chip.LANES * rows;
        RingBusConsumer.WAITS.set(store, 0, Wait.room(TileCounter.WIDE_TO_NARROW, 1, -words, words));
        RingBusConsumer.SIGNAL.set(store, 1);
        return store;
    }

    private static Instruction pop(int first, int units, int tiles) {
        Instruction pop = Instruction.of(Opcode.POP)
                .set(Pop.INPUT)
                .set(Pop.TILES, tiles)
                .set(Pop.ROW_WORDS, Chip.LANES - 1L)
                .set(Pop.CONSTANT);
        Pop.UNITS.set(pop, Loops.stream(first, units, Chip.INPUT_UNITS, Chip.INPUT_UNITS));
        Pop.WAITS.set(pop, 0, Wait.scalar(ScalarCounter.AVDATA_POP, 0, first + 1, 1));
        Pop.SIGNAL.set(pop, 0);
        return pop;
    }
}
