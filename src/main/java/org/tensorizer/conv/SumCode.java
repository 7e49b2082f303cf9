package org.tensorizer.conv;

import java.util.stream.IntStream;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.MeshBus;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;

/**
 * The sum of two images: an op with 16-bit weights, two halves of a word of each of the two operands in turn.
 *
 * <pre>
 * 10 fills       the factor in the low and high half of words, zeros between, of the operand at the lower address first;
 *                the four mesh units take turns
 * narrowToWide   the 16 words to four rows
 * op             loops: 2 halves, 2 operands, columns, rows, words of a pixel
 * </pre>
 *
 * <p>Source: derived, all fields as in compiled programs of mobilenet v2.
 */
final class SumCode {
    private static final Opcode[] MESH = {Opcode.MESH_BUS_2, Opcode.MESH_BUS_3, Opcode.MESH_BUS_1, Opcode.MESH_BUS_0};
    /** The highest four rows of wide memory hold the factors. */
    static final int FIRST_ROW = Chip.WIDE_ROWS - 4;

    /** Words of the factors, half of them of each operand. */
    static final int FACTOR_WORDS = 16;

    private final Sum step;
    private final PlacedImage first;
    private final PlacedImage second;
    private final PlacedImage target;
    private final int[] factors;
    private final int fill;

    /**
     * @param older the other operand
     * @param before the image before
     * @param fill first of 16 words
     */
    SumCode(Sum step, PlacedImage older, PlacedImage before, PlacedImage target, int fill) {
        boolean olderFirst = older.base() < before.base();
        this.step = step;
        this.first = olderFirst ? older : before;
        this.second = olderFirst ? before : older;
        this.factors = olderFirst
                ? new int[] {step.olderWeight(), step.weight()}
                : new int[] {step.weight(), step.olderWeight()};
        this.target = target;
        this.fill = fill;
    }

    void emit(ProgramBuilder program) {
        program.fence(ProgramBuilder.TILE_COUNTERS);
        int turn = 0;
        for (int operand = 0; operand < 2; operand++) {
            int at = fill + FACTOR_WORDS / 2 * operand;
            int factor = factors[operand];
            for (int half = 0; half < 2; half++) {
                int word = at + 6 * half;
                program.add(fill(turn++, Loops.from(word).single(), factor));
                program.add(fill(turn++, Loops.from(word + 1).single(), factor << 16));
                if (half == 0) {
                    Loops.Builder zeros = Loops.from(word + 2).step(1, 4);
                    program.add(fill(turn++, zeros, 0));
                }
            }
        }
        program.add(factorRows());
        PerTile.add(
                program,
                this::add,
                tile -> target.image().rows(tile) << 16 | target.image().columns(tile));
    }

    private static Instruction fill(int turn, Loops.Builder walk, int word) {
        return MeshBus.countedFill(MESH[turn % MESH.length], Chip.ALL_TILES, walk, word);
    }

    private Instruction factorRows() {
        Instruction pack = NarrowToWide.move(
                        Loops.from(fill).step(1, 4).step(4, 4),
                        Loops.from(FIRST_ROW).step(1, 4),
                        1)
                .set(TileInstruction.TILES, Chip.ALL_TILES);
        NarrowToWide.WAITS.set(pack, 0, Wait.data(TileCounter.MESH_NORTH_IN, 2, 2, 1));
        NarrowToWide.WAITS.set(pack, 1, Wait.data(TileCounter.MESH_SOUTH_IN, 2, 3, 1));
        NarrowToWide.WAITS.set(pack, 2, Wait.data(TileCounter.MESH_WEST_IN, 2, 3, 1));
        NarrowToWide.WAITS.set(pack, 3, Wait.data(TileCounter.MESH_EAST_IN, 2, 2, 1));
        NarrowToWide.SIGNAL.set(pack, 1);
        return pack;
    }

    private Instruction add(int tile) {
        int width = target.image().columns(tile);
        int height = target.image().rows(tile);
        int words = target.image().pixelWords();
        int[] rounds = IntStream.concat(
                        IntStream.of(2, 2, width, height).filter(round -> round > 1), IntStream.of(words))
                .toArray();
        Instruction op = Instruction.of(Opcode.MULTIPLY_ACCUMULATE)
                .set(Op.FRESH_SUMS)
                .set(Op.SUMS_INSIDE)
                .set(Op.WIDE_WEIGHTS)
                .set(Op.GROUP_LEVEL, rounds.length - 1L)
                .set(Op.REDUCED, 3)
                .set(Op.LANES, 3)
                .set(Op.LANES_LAST, 3)
                .set(Op.CONSTANT, step.constant())
                .set(Op.OUTPUT_ZERO_POINT, step.outputZeroPoint())
                .setFloat(Op.MULTIPLIER, step.multiplier())
                .setFloat(Op.CLAMP_MAX, step.clampMax())
                .setFloat(Op.CLAMP_MIN, step.clampMin());
        Op.rounds(op, rounds);
        Op.ACTIVATIONS.set(
                op,
                Loops.from(4 * first.pixel(tile, 0, 0))
                        .step(2, 2)
                        .step(4 * (second.pixel(tile, 0, 0) - first.pixel(tile, 0, 0)), 2)
                        .step(4 * words, width)
                        .step(4 * second.image().pitch(tile), height)
                        .step(4 * second.image().size(tile), 1)
                        .step(4, words));
        Op.OUTPUTS.set(op, target.wordByWord(tile));
        Op.WEIGHTS.set(op, Loops.from(4 * FIRST_ROW).step(4, 4).repeat(width * height * words));
        Op.SUMS.set(op, Loops.from(0).repeat(4).repeat(width * height * words).window(1, 4));
        Op.WAITS.set(op, 0, Wait.data(TileCounter.NARROW_TO_WIDE, rounds.length, 1, 1));
        Op.SIGNAL_OUTPUTS.set(op, 4);
        return op;
    }
}
