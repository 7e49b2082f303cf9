package org.tensorizer.conv;

import org.tensorizer.dense.Elementwise;
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
 * infeed                  host -> input buffer, units of 8 bytes
 * pop, ringBusConsumer0   per row of tiles: its image rows, popped to all its tiles into a ring of two image rows
 * wideToNarrow            per tile: skips what lies to the left, then takes a pass of image rows into the staging buffer;
 *                         waits for the row in the ring (RING_READ_A) and is at most one pass ahead of the copy
 * op COPY                 identity: the tile's columns from the staging buffer to its part; waits for the words
 * </pre>
 *
 * The last pass has a copy of its own, because what a column reads behind it differs: the wait names the least that it
 * needs. Ring consumer 0 overwrites a half when its words are through (WIDE_TO_NARROW), so two passes are in
 * flight. Source: derived, byte-identical with compiled programs of 3x3 convolutions; see {@link InputPlan}.
 */
final class InputCode {
    private static final int ROW_WORDS = Chip.LANES;

    private final ProgramBuilder program;
    private final InputPlan plan;
    private final PlacedImage part;
    private final int staging;
    private final InputRows input;

    /** @param part the whole input, or a strip of it */
    InputCode(ProgramBuilder program, InputPlan plan, PlacedImage part, int staging) {
        this.program = program;
        this.plan = plan;
        this.part = part;
        this.staging = staging;
        this.input = new InputRows(plan, part);
    }

    void emit() {
        PerTile.add(program, tile -> input.passes(tile) > 1 ? copy(tile, 0, input.passes(tile) - 1) : null);
        feed();
        if (input.mostPasses() > 2) {
            program.fence(TileFence.bit(TileCounter.WIDE_TO_NARROW), 0);
        }
        PerTile.add(program, this::stage);
        for (int row = 0; row < Chip.GRID; row++) {
            program.add(store(row)).add(pop(row));
        }
        program.fence();
        PerTile.add(program, tile -> copy(tile, input.passes(tile) - 1, input.passes(tile)));
        program.fence(ProgramBuilder.TILE_COUNTERS);
    }

    private void feed() {
        program.address(10, Kind.INPUT, Half.UPPER).address(11, Kind.INPUT, Half.LOWER);
        program.openInput();
        if (!part.image().isStrip()) {
            feed(0, 0, plan.bytes() / Chip.INPUT_UNIT_BYTES);
            return;
        }
        for (int tile = 0; tile < Chip.TILES; tile += Chip.GRID) {
            feed(input.fedBefore(tile), input.firstUnit(tile), input.units(tile));
        }
    }

    /**
     * @param fed units that were fed before
     * @param first unit of the input
     */
    private void feed(int fed, int first, int units) {
        Instruction infeed = Instruction.of(Opcode.INFEED).set(Infeed.INPUT);
        int base = fed % (2 * Chip.INPUT_UNITS);
        Infeed.UNITS.set(infeed, Loops.stream(base, units, Chip.INPUT_UNITS, Chip.INPUT_UNITS));
        Infeed.WAITS.set(infeed, 0, Wait.scalar(ScalarCounter.AVDATA_INFEED, 0, fed, 1));
        Infeed.SIGNAL.set(infeed, 0);
        program.add(infeed);
        int offset = first * Chip.INPUT_UNIT_BYTES;
        if (offset > 0) {
            program.addressPlus(11, 10, offset, 5, 4);
        } else {
            program.move(5, 11).move(4, 10);
        }
        program.move(6, 5).move(7, 4).descriptor(6, Descriptor.INPUT, offset, Chip.INPUT_UNIT_BYTES * units);
    }

    /** The ring of two image rows. */
    private Loops.Builder ring(int tile) {
        return plan.ringRows() == 1
                ? Loops.from(plan.ringRow()).repeat(input.wideRows(tile)).window(0, 1)
                : Loops.stream(plan.ringRow(), input.wideRows(tile), plan.ringRows(), plan.ringRows());
    }

    /** Loops of an image row in the walk over the ring. */
    private int ringLevel() {
        return plan.ringRows() > 1 ? 1 : 0;
    }

    private Instruction stage(int tile) {
        // to the end of the last ring row, as the compiler does, where that is one more pass at most
        int words = ROW_WORDS * input.wideRows(tile);
        if (Arithmetic.ceilDiv(words, plan.pass()) > input.passes(tile) + 1) {
            words = Arithmetic.ceilDiv(input.rowOffset(tile) + input.rows(tile) * plan.rowBytes(), Chip.WORD_BYTES);
        }
        int skipped = input.offset(tile) / Chip.WORD_BYTES;
        Instruction reader = Instruction.of(Opcode.WIDE_TO_NARROW).set(WideToNarrow.PACK, 2);
        WideToNarrow.ROWS.set(reader, ring(tile));
        WideToNarrow.WORDS.set(reader, Loops.stream(staging, words - skipped, plan.pass(), plan.half()));
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
        RingBusConsumer.ROWS.set(store, ring(Chip.GRID * row));
        int words = ROW_WORDS * plan.ringRows();
        RingBusConsumer.WAITS.set(store, 0, Wait.room(TileCounter.WIDE_TO_NARROW, ringLevel(), -words, words));
        RingBusConsumer.SIGNAL.set(store, ringLevel());
        return store;
    }

    private Instruction pop(int row) {
        int units = input.units(Chip.GRID * row);
        int first = input.fedBefore(Chip.GRID * row);
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

    /** Copies the image rows of some passes. */
    private Instruction copy(int tile, int firstPass, int endPass) {
        int first = firstPass * plan.passRows();
        int rows = Math.min(input.rows(tile), endPass * plan.passRows()) - first;
        boolean ends = endPass == input.passes(tile);
        int words = plan.pass();
        if (ends) {
            int skipped = input.offset(tile) % Chip.WORD_BYTES;
            int last = skipped + (rows - 1) * plan.rowBytes() + part.image().columns(tile) * plan.channels();
            words = firstPass * plan.pass() + Arithmetic.ceilDiv(last, Chip.WORD_BYTES);
        }
        // every fence lets the halves begin anew, so the base names the half
        int source = 4 * (staging + plan.half() * (firstPass % 2));
        return plan.isSpread()
                ? copyBytes(tile, rows, first, source + input.offset(tile) % Chip.WORD_BYTES, words)
                : copyWords(tile, rows, first, source, words);
    }

    private Instruction copyWords(int tile, int rows, int first, int source, int words) {
        int pixel = part.image().pixelWords();
        int columns = part.image().columns(tile);
        Instruction op = copyOp(words, 3).set(Op.GROUP_LEVEL, 4);
        Op.rounds(op, 1, pixel, columns, rows);
        Op.ACTIVATIONS.set(
                op,
                Loops.from(source)
                        .step(4, pixel)
                        .step(4 * pixel, columns)
                        .repeat(rows)
                        .window(2, 4 * plan.half()));
        Op.OUTPUTS.set(
                op,
                Loops.from(4 * part.pixel(tile, first, 0))
                        .step(4, pixel)
                        .step(4 * pixel, columns)
                        .step(4 * part.image().pitch(tile), rows)
                        .step(4 * part.image().size(tile), 1));
        Loops.Builder weights = Loops.from(4 * plan.identityRow());
        Loops.Builder sums = Loops.from(0).window(0, 4);
        if (pixel == 1) {
            weights.single();
            sums.single();
        }
        Op.WEIGHTS.set(op, weights.repeat(pixel).repeat(1).repeat(columns).repeat(rows));
        Op.SUMS.set(op, sums.repeat(pixel).repeat(1).repeat(columns).repeat(rows));
        Op.SIGNAL_OUTPUTS.set(op, 2);
        return op;
    }

    /**
     * Up to four bytes of input become a word, zeros fill it up. Beyond three channels there is one loop more, over the words
     * of a pixel, whose last round is the shorter one.
     */
    private Instruction copyBytes(int tile, int rows, int first, int source, int words) {
        int channels = plan.channels();
        int pixel = part.image().pixelWords();
        int columns = part.image().columns(tile);
        int inPass = Math.min(rows, plan.passRows());
        int passes = rows / inPass;
        int pitch = 4 * part.image().pitch(tile);
        int bytes = Math.min(channels, Chip.WORD_BYTES);
        int level = pixel == 1 ? 3 : 4;
        Instruction op = copyOp(words, level)
                .set(Op.GROUP_LEVEL, level)
                .set(Op.REDUCED, 1)
                .set(Op.INPUTS_OFF, 7);
        Loops.Builder from = Loops.from(source).step(1, bytes);
        Loops.Builder weights = Loops.from(4 * plan.identityRow()).step(1, bytes);
        Loops.Builder sums = Loops.from(0).window(1, 4);
        if (bytes == 1) {
            sums.single();
        }
        sums.repeat(bytes);
        if (pixel == 1) {
            Op.rounds(op, bytes, columns, inPass, passes);
        } else {
            int rest = channels % Chip.WORD_BYTES;
            Op.rounds(op, bytes, pixel, columns, inPass, passes);
            op.set(Op.LOOP_TAIL, rest - 1L).set(Op.LOOP_TAIL_LEVEL, 1);
            from.step(Chip.WORD_BYTES, pixel).tail(1, rest);
            weights.repeat(pixel).tail(1, rest);
            sums.repeat(pixel).tail(1, rest);
        }
        from.step(channels, columns).step(plan.rowBytes(), inPass).repeat(passes);
        Op.ACTIVATIONS.set(op, from.window(level, 4 * plan.half()));
        Loops.Builder outputs = Loops.from(4 * part.pixel(tile, first, 0))
                .step(4, pixel)
                .step(4 * pixel, columns)
                .step(pitch, inPass);
        if (passes > 1) {
            outputs.step(pitch * inPass, passes);
        }
        Op.OUTPUTS.set(op, outputs.step(4 * part.image().size(tile), 1));
        Op.WEIGHTS.set(op, weights.repeat(columns).repeat(rows));
        Op.SUMS.set(op, sums.repeat(columns).repeat(rows));
        Op.SIGNAL_OUTPUTS.set(op, 3);
        return op;
    }

    /** @param level loops of one pass */
    private Instruction copyOp(int words, int level) {
        Instruction op = Elementwise.copy().op();
        Op.WAITS.set(op, 0, Wait.data(TileCounter.WIDE_TO_NARROW, level, words, plan.pass()));
        return op;
    }
}
