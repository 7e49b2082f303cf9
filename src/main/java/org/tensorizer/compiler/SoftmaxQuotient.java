package org.tensorizer.compiler;

import static org.tensorizer.compiler.SoftmaxCode.op;
import static org.tensorizer.compiler.SoftmaxCode.thrice;
import static org.tensorizer.compiler.SoftmaxCode.unclamped;
import static org.tensorizer.conv.Arithmetic.ceilDiv;

import org.tensorizer.conv.PerTile;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.FunctionTable;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.MeshBus;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileFence;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;

/**
 * Steps 7 to 9 of a softmax: tile 0 sums the exponentials and takes the reciprocal root r of twice the sum from a function
 * table, r * r goes to all tiles and all words, and every tile multiplies its exponentials with it.
 */
final class SoftmaxQuotient {
    private static final int PRODUCT_ROW = Chip.WIDE_ROWS - 3;
    private static final float FROM_16_BITS = (float) (1 / 65535d);

    /**
     * 65536 / sqrt(2 x) for x from 1 to 4: bits of the coefficients of 8 segments, then of 7 break points. Source: compiled
     * programs, the same in all of them.
     */
    private static final float[] RECIPROCAL_ROOT = FunctionTable.values("""
            47d62fb4 c803f636 47db5722 c740be35 460a357b
            47c2e514 c7c6c3c5 4788a6ad c6c69257 456b57aa
            47af3d7e c7907d9a 47209fc4 c63cb459 44b4d079
            479d13d2 c75017dd 46b9cf3f c5af4fb6 4406e281
            478c9847 c7153a9e 46558933 c5217249 434718c8
            477cee8c c6d93e73 45fb974c c499f9b3 4299ba81
            476756f3 c6a64a81 45a14319 c4256088 420a6991
            476756f3 c6a64a81 45a14319 c4256088 420a6991
            3f96545a 3fb9f21d 3fe5fda8 401006eb 40332a53 405bff99 7f800000
            """);

    private final SoftmaxCode code;
    private final SoftmaxPlan plan;
    private final ProgramBuilder program;

    SoftmaxQuotient(SoftmaxCode code) {
        this.code = code;
        this.plan = code.plan();
        this.program = code.program();
    }

    void emit() {
        root();
        square();
        everywhere();
        PerTile.add(program, tile -> code.isIn(tile) ? turned(tile) : null);
        PerTile.add(program, tile -> code.isIn(tile) ? product(tile) : null);
        program.fence(TileFence.bit(TileCounter.NARROW_TO_WIDE))
                .fence(TileFence.bit(TileCounter.PARAMETERS))
                .fence(ProgramBuilder.TILE_COUNTERS);
        code.progress().clear();
    }

    private void root() {
        int words = plan.wideWords();
        int blocks = ceilDiv(words, 4);
        program.functionTable(FunctionTable.load(1, RECIPROCAL_ROOT));
        Instruction turn = NarrowToWide.move(
                        Loops.from(plan.exponentials()).step(1, words),
                        Loops.stream(SoftmaxCode.WEIGHTS_ROW, words, 4, 4),
                        0)
                .set(TileInstruction.TILES, 1);
        NarrowToWide.WAITS.set(turn, 0, Wait.room(TileCounter.PARAMETERS, 1, -1, 1));
        NarrowToWide.SIGNAL.set(turn, 1);
        program.add(turn);
        Instruction sum = unclamped(op(Opcode.SUM))
                .set(TileInstruction.TILES, 1)
                .set(Op.WIDE_WEIGHTS)
                .set(Op.GROUP_LEVEL, 1)
                .set(Op.REDUCED, 3)
                .set(Op.THROUGH_TABLE)
                .set(Op.TABLE_BY_FOURS)
                .set(Op.WIDE_RESULTS)
                .setFloat(Op.MULTIPLIER, FROM_16_BITS);
        Op.rounds(sum, 4, blocks);
        if (words % 4 != 0) {
            sum.set(Op.LOOP_TAIL, words % 4 - 1L).set(Op.LOOP_TAIL_LEVEL, 1);
        }
        Op.OUTPUTS.set(sum, thrice(Loops.from(4 * plan.root()).step(4, 2), 8));
        Op.WEIGHTS.set(sum, SoftmaxMaximum.quarters(words, blocks));
        Op.SUMS.set(sum, Loops.from(0).repeat(words).window(1, 4));
        Op.WAITS.set(sum, 0, Wait.data(TileCounter.NARROW_TO_WIDE, 1, 1, 1));
        Op.SIGNAL_WEIGHTS.set(sum, 1);
        program.add(sum);
        code.clear(3);
    }

    private void square() {
        Instruction op = op(Opcode.MULTIPLY_ACCUMULATE)
                .set(TileInstruction.TILES, 1)
                .set(Op.WIDE_ACTIVATIONS)
                .set(Op.WIDE_WEIGHTS)
                .set(Op.GROUP_LEVEL, 4)
                .set(Op.WIDE_RESULTS)
                .setFloat(Op.MULTIPLIER, FROM_16_BITS)
                .setFloat(Op.CLAMP_MAX, 32768);
        Op.rounds(op, 2, 2);
        Op.ACTIVATIONS.set(op, thrice(Loops.from(4 * plan.root()).step(2, 4), 8));
        Op.OUTPUTS.set(op, thrice(Loops.from(4 * plan.exponentials()).step(4, 2).step(4, 4), 16));
        Op.WEIGHTS.set(
                op, Loops.from(4 * SoftmaxCode.WEIGHTS_ROW).step(2, 2).repeat(2).window(1, 4));
        Op.SUMS.set(op, Loops.from(0).step(1, 1).repeat(4).window(1, 4));
        Op.WAITS.set(op, 0, Wait.data(TileCounter.NARROW_TO_WIDE, 1, 1, 1));
        Op.SIGNAL_WEIGHTS.set(op, 1);
        program.add(op);
        Instruction pack = NarrowToWide.move(
                        Loops.from(plan.root()).step(1, 2),
                        Loops.from(SoftmaxCode.WEIGHTS_ROW).repeat(2).window(0, 1),
                        0)
                .set(TileInstruction.TILES, 1);
        NarrowToWide.WAITS.set(pack, 0, Wait.room(TileCounter.PARAMETERS, 0, -1, 1));
        NarrowToWide.SIGNAL.set(pack, 0);
        program.add(pack).fence(0, TileFence.NARROW_TO_WIDE);
        Instruction together = unclamped(op(Opcode.MULTIPLY_ACCUMULATE))
                .set(TileInstruction.TILES, 1)
                .set(Op.WIDE_ACTIVATIONS)
                .set(Op.INPUTS_OFF, 6)
                .set(Op.GROUP_LEVEL, 2)
                .set(Op.WIDE_RESULTS);
        Op.rounds(together, 4);
        Op.ACTIVATIONS.set(together, thrice(Loops.from(4 * plan.exponentials()).step(4, 4), 16));
        Op.OUTPUTS.set(together, thrice(Loops.from(4 * plan.root()).step(4, 2), 8));
        Op.WEIGHTS.set(together, Loops.from(code.identity()).step(1, 4).window(1, 0));
        Op.SUMS.set(together, Loops.from(0).repeat(4).window(1, 4));
        program.add(together)
                .fence(TileFence.bit(TileCounter.NARROW_TO_WIDE))
                .fence(TileFence.bit(TileCounter.PARAMETERS))
                .fence(ProgramBuilder.TILE_COUNTERS)
                .fence();
        code.progress().clear();
    }

    private void everywhere() {
        int root = plan.root();
        code.tell(root, 2, Packets.Rows.BELOW_WEIGHTS);
        code.clear(2);
        program.add(MeshBus.fill(
                Opcode.MESH_BUS_2, plan.mask(), Loops.from(root + 2).step(2, 2), 1));
        program.add(MeshBus.countedFill(
                Opcode.MESH_BUS_2, plan.mask(), Loops.from(root + 3).step(2, 2), 0x100));
        program.add(SoftmaxMaximum.ones(plan.mask(), root + 2)).fence();
        code.spread(root, 2 * plan.words(), plan.exponentials(), 8);
        program.fence(ProgramBuilder.TILE_COUNTERS);
    }

    /** The exponentials, 16 bits each, as weights. */
    private Instruction turned(int tile) {
        int words = plan.words(tile);
        int blocks = ceilDiv(words, 2);
        Instruction turn = Instruction.of(Opcode.NARROW_TO_WIDE)
                .set(NarrowToWide.TRANSPOSE)
                .set(NarrowToWide.TRANSPOSE_16)
                .set(NarrowToWide.PACK, 2);
        Loops.Builder walk = Loops.from(0).step(2, 2).step(1, 2).step(4, blocks);
        NarrowToWide.WORDS.set(turn, words % 2 == 0 ? walk : walk.tail(2, 2));
        NarrowToWide.ROWS.set(turn, Loops.from(PRODUCT_ROW).repeat(blocks).window(0, 1));
        NarrowToWide.WAITS.set(turn, 0, Wait.room(TileCounter.PARAMETERS, 0, -1, 1));
        NarrowToWide.SIGNAL.set(turn, 0);
        return turn;
    }

    private Instruction product(int tile) {
        int words = plan.words(tile);
        int blocks = ceilDiv(words, 2);
        boolean odd = words % 2 == 1;
        int zero = plan.numbers().outputZeroPoint();
        Instruction op = op(Opcode.MULTIPLY_ACCUMULATE)
                .set(Op.WIDE_ACTIVATIONS)
                .set(Op.WIDE_WEIGHTS)
                .set(Op.GROUP_LEVEL, 1)
                .set(Op.OUTPUT_ZERO_POINT, zero)
                .setFloat(Op.MULTIPLIER, multiplier(plan.numbers().outputScale()))
                .setFloat(Op.CLAMP_MAX, 255 - zero);
        Op.rounds(op, 2, blocks);
        if (odd) {
            op.set(Op.LOOP_TAIL, 0).set(Op.LOOP_TAIL_LEVEL, 1);
        }
        Op.ACTIVATIONS.set(
                op, thrice(Loops.from(4 * plan.exponentials()).step(4, 1).repeat(words), 8 * plan.words()));
        Op.OUTPUTS.set(op, thrice(Loops.from(4 * plan.result()).step(4, words), 4 * words));
        Loops.Builder weights =
                Loops.from(4 * PRODUCT_ROW).step(2, 2).repeat(blocks).window(1, 4);
        Op.WEIGHTS.set(op, odd ? weights.tail(1, 1) : weights);
        Op.SUMS.set(op, Loops.from(0).repeat(words).window(0, 4));
        Op.WAITS.set(op, 0, Wait.data(TileCounter.NARROW_TO_WIDE, 1, 1, 1));
        Op.SIGNAL_WEIGHTS.set(op, 1);
        return op;
    }

    /** From exponential times squared root to the output; its last bit depends on the order. */
    private static float multiplier(float outputScale) {
        float root = (float) (1 / 46340d);
        return (FROM_16_BITS * ((root * root) * 65535f)) * (1f / outputScale);
    }
}
