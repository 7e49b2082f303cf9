package org.tensorizer.conv;

import org.tensorizer.dense.Elementwise;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.Wait;

/**
 * The product of two images: the words of one pass through two rows of wide memory, one word a row, while an op multiplies
 * its four bytes, as weights of one lane, with those of the other image; each result is a word of its own, of which a second
 * op takes the lowest bytes.
 *
 * <pre>
 * 4 fills, narrowToWide   the identity matrix ({@link IdentityCode})
 * narrowToWide            the image itself, one word a row; waits until the word before the last was used up (PARAMETERS)
 * per row of pixels
 *   op product            loops: 4 bytes, words of a pixel, columns; weights quarter by quarter; waits for its word
 *                         (NARROW_TO_WIDE)
 *   op pack               loops: 4 bytes, words of the row; input 0 of each word to its lane
 * </pre>
 *
 * <p>Source: operand, ring, product and pack as published of compiled products; that it goes row by row, and all addresses,
 * are ours.
 */
final class ProductCode {
    /** First of the two rows through which an operand passes. */
    static final int RING_ROW = IdentityCode.ROW - 2;

    private static final int BYTES = 4;
    private static final int FIRST_INPUT_ALONE = 7;

    private final ChainStep.Product step;
    private final PlacedImage older;
    private final PlacedImage before;
    private final PlacedImage target;
    private final int scratch;
    private final int between;
    private final int words;

    /**
     * @param older read as activations
     * @param before read as weights
     * @param scratch words of the identity matrix, then four for each word of a row of pixels
     */
    ProductCode(ChainStep.Product step, PlacedImage older, PlacedImage before, PlacedImage target, int scratch) {
        this.step = step;
        this.older = older;
        this.before = before;
        this.target = target;
        this.scratch = scratch;
        this.between = scratch + IdentityCode.WORDS;
        this.words = target.image().pixelWords();
    }

    void emit(ProgramBuilder program) {
        program.fence(ProgramBuilder.TILE_COUNTERS);
        IdentityCode.again(program, scratch, IdentityCode.ROW);
        // its row has counted as one
        program.fence(ProgramBuilder.TILE_COUNTERS);
        PerTile.add(program, this::operand);
        for (int y = 0; y < target.image().mostRows(); y++) {
            int row = y;
            PerTile.add(program, tile -> row < target.image().rows(tile) ? product(tile, row) : null);
            PerTile.add(program, tile -> row < target.image().rows(tile) ? pack(tile, row) : null);
        }
    }

    /** Words of a tile's row of pixels. */
    private int rowWords(int tile) {
        return words * target.image().columns(tile);
    }

    private Instruction operand(int tile) {
        Instruction move = Instruction.of(Opcode.NARROW_TO_WIDE);
        int columns = before.image().columns(tile);
        int rows = before.image().rows(tile);
        NarrowToWide.WORDS.set(
                move,
                Loops.from(before.pixel(tile, 0, 0))
                        .step(1, words)
                        .step(words, columns)
                        .step(before.image().pitch(tile), rows));
        NarrowToWide.ROWS.set(
                move,
                Loops.from(RING_ROW).repeat(words).repeat(columns).repeat(rows).window(0, 1));
        NarrowToWide.WAITS.set(move, 0, Wait.room(TileCounter.PARAMETERS, 0, -1, 1));
        NarrowToWide.SIGNAL.set(move, 0);
        return move;
    }

    private Instruction product(int tile, int row) {
        int columns = target.image().columns(tile);
        Instruction op = Instruction.of(Opcode.MULTIPLY_ACCUMULATE)
                .set(Op.FRESH_SUMS)
                .set(Op.SUMS_INSIDE)
                .set(Op.INPUTS_OFF, FIRST_INPUT_ALONE);
        ConvolutionOp.quantize(op, ParameterFormat.PER_TENSOR, step.quantization(), step.activation());
        Op.rounds(op, BYTES, words, columns);
        Op.ACTIVATIONS.set(
                op,
                Loops.from(4 * older.pixel(tile, row, 0))
                        .step(1, BYTES)
                        .step(4, words)
                        .step(4 * words, columns));
        Op.OUTPUTS.set(op, Loops.from(4 * between).step(4, BYTES * rowWords(tile)));
        Op.WEIGHTS.set(
                op,
                Loops.from(4 * RING_ROW)
                        .step(1, BYTES)
                        .repeat(words)
                        .repeat(columns)
                        .window(1, 4));
        Op.SUMS.set(
                op, Loops.from(0).repeat(BYTES).repeat(words).repeat(columns).window(0, 4));
        Op.WAITS.set(op, 0, Wait.data(TileCounter.NARROW_TO_WIDE, 1, row * rowWords(tile) + 1, 1));
        Op.SIGNAL_WEIGHTS.set(op, 1);
        return op;
    }

    private Instruction pack(int tile, int row) {
        int count = rowWords(tile);
        Instruction op =
                Elementwise.copy().op().set(Op.INPUTS_OFF, FIRST_INPUT_ALONE).set(Op.REDUCED, 1);
        Op.rounds(op, BYTES, count);
        Op.ACTIVATIONS.set(op, Loops.from(4 * between).step(4, BYTES).step(4 * BYTES, count));
        Op.OUTPUTS.set(op, Loops.from(4 * target.pixel(tile, row, 0)).step(4, count));
        Op.WEIGHTS.set(op, Loops.from(4 * IdentityCode.ROW).step(1, BYTES).repeat(count));
        Op.SUMS.set(op, Loops.from(0).repeat(BYTES).repeat(count).window(1, 4));
        return op;
    }
}
