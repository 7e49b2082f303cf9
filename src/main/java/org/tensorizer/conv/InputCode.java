package org.tensorizer.conv;

import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Infeed;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Pop;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.RingBusConsumer;
import org.tensorizer.isa.Scalar.Descriptor;
import org.tensorizer.isa.ScalarCounter;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileFence;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;
import org.tensorizer.isa.WideToNarrow;
import org.tensorizer.model.Relocation.Half;
import org.tensorizer.model.Relocation.Kind;

/**
 * The input from the host to the tiles' parts.
 *
 * <pre>
 * 0x25 infeed        host -> input buffer, units of 8 bytes
 * 0x26, 0x11         per row of tiles: its image rows, popped to all its tiles into a ring of two image rows
 * 0x14               per column of tiles: skips the columns to the left, then takes an image row a pass into the
 *                    staging buffer; waits for the row in the ring (RING_READ_A) and is at most one row ahead of the copy
 * op COPY            identity: the tile's columns from the staging buffer to its part; waits for the words
 * </pre>
 *
 * The last image row has a copy of its own, because what a column reads behind it differs: the wait names the least that
 * any column gets. Ring consumer 0 overwrites a half when its words are through (WIDE_TO_NARROW), so two passes are in
 * flight. Source: derived, byte-identical with compiled programs of 3x3 convolutions.
 */
final class InputCode {
    private static final int ROW_WORDS = 64;

    private final ProgramBuilder program;
    private final InputPlan plan;
    private final PlacedImage part;
    private final int staging;

    InputCode(ProgramBuilder program, InputPlan plan, NarrowPlan narrow) {
        this.program = program;
        this.plan = plan;
        this.part = narrow.images().get(0);
        this.staging = narrow.staging().base();
    }

    void emit() {
        if (plan.rows() > 1) {
            copy(plan.rows() - 1, 0, plan.line());
        }
        feed();
        if (plan.rows() > 2) {
            program.fence(TileFence.bit(TileCounter.WIDE_TO_NARROW), 0);
        }
        for (int column = 0; column < Chip.GRID; column++) {
            program.add(column(column));
        }
        for (int row = 0; row < Chip.GRID; row++) {
            program.add(store(row)).add(pop(row));
        }
        program.fence();
        copy(1, plan.rows() - 1, (plan.rows() - 1) * plan.line() + plan.part());
        program.fence(ProgramBuilder.TILE_COUNTERS);
    }

    private void feed() {
        program.address(10, Kind.INPUT, Half.UPPER).address(11, Kind.INPUT, Half.LOWER);
        program.scalarFence(0, 1 << ScalarCounter.AVDATA_INFEED.id(), 0x7ffc);
        program.scalarFence(0, 1 << ScalarCounter.AVDATA_POP.id(), 0);
        Instruction infeed = Instruction.of(Opcode.INFEED).set(Infeed.INPUT);
        Infeed.UNITS.set(
                infeed,
                Loops.stream(
                        0,
                        Arithmetic.ceilDiv(plan.bytes(), Chip.INPUT_UNIT_BYTES),
                        Chip.INPUT_UNITS,
                        Chip.INPUT_UNITS));
        Infeed.WAITS.set(infeed, 0, Wait.scalar(ScalarCounter.AVDATA_INFEED, 0, 0, 1));
        Infeed.SIGNAL.set(infeed, 0);
        program.add(infeed);
        program.move(5, 11).move(4, 10).move(6, 5).move(7, 4).descriptor(6, Descriptor.INPUT, plan.bytes());
    }

    /** The ring of two image rows. */
    private Loops.Builder ring() {
        return plan.ringRows() == 1
                ? Loops.from(plan.ringRow()).repeat(plan.rowsOfTiles()).window(0, 1)
                : Loops.stream(plan.ringRow(), plan.rowsOfTiles(), plan.ringRows(), plan.ringRows());
    }

    /** Loops of an image row in the walk over the ring. */
    private int ringLevel() {
        return plan.ringRows() > 1 ? 1 : 0;
    }

    private Instruction column(int column) {
        // to the end of the last ring row, as the compiler does, where that is one more pass at most
        int words = ROW_WORDS * plan.rowsOfTiles();
        if (Arithmetic.ceilDiv(words, plan.line()) > plan.rows() + 1) {
            words = plan.rows() * plan.line();
        }
        int skipped = column * plan.part();
        Instruction reader = Instruction.of(Opcode.WIDE_TO_NARROW)
                .set(TileInstruction.TILES, 0x1111 << column)
                .set(WideToNarrow.PACK, 2);
        WideToNarrow.ROWS.set(reader, ring());
        WideToNarrow.WORDS.set(reader, Loops.stream(staging, words - skipped, plan.line(), plan.half()));
        WideToNarrow.WAITS.set(reader, 0, Wait.data(TileCounter.RING_READ_A, ringLevel(), 1, 1));
        WideToNarrow.WAITS.set(reader, 1, Wait.room(TileCounter.AVDATA, 1, -1, 1));
        WideToNarrow.SIGNAL.set(reader, 0);
        if (skipped > 0) {
            reader.set(WideToNarrow.SKIP_ON)
                    .set(WideToNarrow.SKIP_LEVEL, 1)
                    .set(WideToNarrow.SKIP_BASE, staging)
                    .set(WideToNarrow.SKIP_LIMIT, skipped - 1L)
                    .set(WideToNarrow.SKIP_END, staging + skipped - 1L);
        }
        return reader;
    }

    private Instruction store(int row) {
        Instruction store = Instruction.of(Opcode.RING_BUS_CONSUMER_0).set(TileInstruction.TILES, 0xf << 4 * row);
        RingBusConsumer.ROWS.set(store, ring());
        int words = ROW_WORDS * plan.ringRows();
        RingBusConsumer.WAITS.set(store, 0, Wait.room(TileCounter.WIDE_TO_NARROW, ringLevel(), -words, words));
        RingBusConsumer.SIGNAL.set(store, ringLevel());
        return store;
    }

    private Instruction pop(int row) {
        int units = plan.unitsOfTiles();
        int first = row * units;
        Instruction pop = Instruction.of(Opcode.POP)
                .set(Pop.TILES, 0xf << 4 * row)
                .set(Pop.INPUT)
                .set(Pop.ROW_WORDS, ROW_WORDS - 1L)
                .set(Pop.CONSTANT);
        Pop.UNITS.set(pop, Loops.stream(first % (2 * Chip.INPUT_UNITS), units, Chip.INPUT_UNITS, Chip.INPUT_UNITS));
        Pop.WAITS.set(pop, 0, Wait.scalar(ScalarCounter.AVDATA_POP, 0, first + 1, 1));
        Pop.SIGNAL.set(pop, 0);
        return pop;
    }

    /** Copies {@code rows} image rows from row {@code first} of the part on. */
    private void copy(int rows, int first, int words) {
        PerTile.add(
                program,
                tile -> plan.isRgb() ? copyRgb(tile, rows, first, words) : copyWords(tile, rows, first, words));
    }

    /** Every fence lets the halves begin anew, so the base names the half. */
    private int source(int first) {
        return 4 * staging + 4 * plan.half() * (first % 2);
    }

    private Instruction copyWords(int tile, int rows, int first, int words) {
        int pixel = part.image().pixelWords();
        Instruction op = copyOp(words).set(Op.GROUP_LEVEL, 4);
        Op.rounds(op, 1, pixel, plan.columns(), rows);
        Op.ACTIVATIONS.set(
                op,
                Loops.from(source(first))
                        .step(4, pixel)
                        .step(4 * pixel, plan.columns())
                        .repeat(rows)
                        .window(2, 4 * plan.half()));
        Op.OUTPUTS.set(
                op,
                Loops.from(4 * part.pixel(tile, first, 0))
                        .step(4, pixel)
                        .step(4 * pixel, plan.columns())
                        .step(4 * part.image().pitch(tile), rows)
                        .step(4 * part.image().size(tile), 1));
        Loops.Builder weights = Loops.from(4 * plan.identityRow());
        Loops.Builder sums = Loops.from(0).window(0, 4);
        if (pixel == 1) {
            weights.single();
            sums.single();
        }
        Op.WEIGHTS.set(
                op, weights.repeat(pixel).repeat(1).repeat(plan.columns()).repeat(rows));
        Op.SUMS.set(op, sums.repeat(pixel).repeat(1).repeat(plan.columns()).repeat(rows));
        Op.SIGNAL_OUTPUTS.set(op, 2);
        return op;
    }

    /** Three bytes of input become a word with a zero. */
    private Instruction copyRgb(int tile, int rows, int first, int words) {
        int columns = plan.columns();
        int pitch = 4 * part.image().pitch(tile);
        Instruction op = copyOp(words).set(Op.GROUP_LEVEL, 3).set(Op.REDUCED, 1).set(Op.INPUTS_OFF, 7);
        Op.rounds(op, 3, columns, 1, rows);
        Op.ACTIVATIONS.set(
                op,
                Loops.from(source(first))
                        .step(1, 3)
                        .step(3, columns)
                        .step(4 * plan.line(), 1)
                        .repeat(rows)
                        .window(3, 4 * plan.half()));
        Loops.Builder outputs = Loops.from(4 * part.pixel(tile, first, 0))
                .step(4, 1)
                .step(4, columns)
                .step(pitch, 1);
        if (rows > 1) {
            outputs.step(pitch, rows);
        }
        Op.OUTPUTS.set(op, outputs.step(4 * part.image().size(tile), 1));
        Op.WEIGHTS.set(
                op,
                Loops.from(4 * plan.identityRow()).step(1, 3).repeat(columns).repeat(rows));
        Op.SUMS.set(op, Loops.from(0).repeat(3).repeat(columns).repeat(rows).window(1, 4));
        Op.SIGNAL_OUTPUTS.set(op, 3);
        return op;
    }

    private Instruction copyOp(int words) {
        Instruction op = Instruction.of(Opcode.MULTIPLY_ACCUMULATE)
                .set(Op.FRESH_SUMS)
                .set(Op.SUMS_INSIDE)
                .set(Op.LANES, 3)
                .set(Op.LANES_LAST, 3)
                .setFloat(Op.MULTIPLIER, 1)
                .setFloat(Op.CLAMP_MAX, Float.POSITIVE_INFINITY)
                .setFloat(Op.CLAMP_MIN, Float.NEGATIVE_INFINITY);
        Op.WAITS.set(op, 0, Wait.data(TileCounter.WIDE_TO_NARROW, 3, words, plan.line()));
        return op;
    }
}
