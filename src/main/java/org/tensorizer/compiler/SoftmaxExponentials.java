package org.tensorizer.compiler;

import static org.tensorizer.compiler.SoftmaxCode.op;
import static org.tensorizer.compiler.SoftmaxCode.thrice;

import org.tensorizer.conv.ConvolutionCode;
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
import org.tensorizer.isa.WideToNarrow;

/**
 * Steps 4 and 5 of a softmax: x - largest + 255 by an op whose bias is the negative of the largest, then its exponential in
 * 16 bits by a function table; the scale of x is the scale of the registers.
 */
final class SoftmaxExponentials {
    private static final int FACTOR_ROW = Chip.WIDE_ROWS - 3;
    private static final int BIAS_ROW = Chip.WIDE_ROWS - 6;
    private static final int WORD_255 = 255;

    /** Below this exp rounds to 0: -13.038, with the bits that compiled programs have. */
    private static final float LOWEST = Float.intBitsToFloat(0xc1509c0d);

    /**
     * exp(x) * 65535 for x up to 0: bits of the coefficients of 8 segments, then of 7 break points. Source: compiled
     * programs, the same in all of them.
     */
    private static final float[] EXPONENTIAL = FunctionTable.values("""
            44e5f55c 441d8dc9 42a2afa8 4095cab4 3dcf45c2
            4659a168 45d554f6 44a0412a 42d9b585 4060d81f
            470121be 46a24017 459fe964 44112fbe 41cb5dd3
            47449ff0 4715e4c2 4639c0ca 44da36f1 42ca1d8d
            476d9bf8 4751c52c 469f09c7 45702e8d 4394ba1d
            477d4a57 4774d594 46daa6a6 45d3725e 4434d33d
            477ff661 477f9434 46fc2a11 461a0641 44c72aea
            477fff00 477ffef3 46fffa9e 462a207c 451c7c63
            c0ff9475 c0af6050 c07bb089 c02cb4ec bfe0f9a9 bf6abd95 be32671f
            """);

    private final SoftmaxCode code;
    private final SoftmaxPlan plan;
    private final ProgramBuilder program;
    private final int factors;
    private final int numbers;

    SoftmaxExponentials(SoftmaxCode code) {
        this.code = code;
        this.plan = code.plan();
        this.program = code.program();
        this.factors = plan.logits() + 48;
        this.numbers = plan.logits() + 16;
    }

    void emit() {
        negate();
        subtract();
        exponentiate();
    }

    /** The negative of the largest number as int32: weights 0, and the sum goes on from nothing but the constant 255. */
    private void negate() {
        fill(Opcode.MESH_BUS_2, Loops.from(factors).step(1, 8), 0);
        Instruction rows = factorRows();
        NarrowToWide.WAITS.set(rows, 0, Wait.data(TileCounter.MESH_SOUTH_IN, 2, 1, 0));
        program.add(rows).fence();
        PerTile.add(program, tile -> code.isIn(tile) ? negative(tile) : null);
        program.fence(TileFence.bit(TileCounter.PARAMETERS)).fence();
    }

    private Instruction factorRows() {
        Instruction pack = NarrowToWide.move(
                        Loops.from(factors).step(1, 4).step(4, 2),
                        Loops.from(FACTOR_ROW).step(1, 2),
                        1)
                .set(TileInstruction.TILES, plan.mask());
        return pack;
    }

    private Instruction negative(int tile) {
        Instruction op = op(Opcode.MULTIPLY_ACCUMULATE)
                .set(Op.SUMS_INSIDE, 0)
                .set(Op.WIDE_WEIGHTS)
                .set(Op.INPUTS_OFF, 6)
                .set(Op.WEIGHT_ZERO_POINT, 1)
                .set(Op.OUTPUT_ZERO_POINT, WORD_255)
                .setFloat(Op.CLAMP_MIN, -WORD_255);
        Op.ACTIVATIONS.set(op, Loops.from(0).step(1, 1).repeat(1).step(4 * plan.words(), 1));
        Op.OUTPUTS.set(
                op,
                Loops.from(4 * (plan.logits() + 32))
                        .single()
                        .repeat(1)
                        .repeat(1)
                        .step(4 * plan.words(tile), 1));
        Op.WEIGHTS.set(op, Loops.from(4 * FACTOR_ROW).single());
        Op.SUMS.set(op, Loops.from(4 * BIAS_ROW).single());
        return op;
    }

    private void subtract() {
        fill(Opcode.MESH_BUS_2, Loops.from(factors).single(), 0x10002);
        fill(Opcode.MESH_BUS_3, Loops.from(factors + 1).single(), 0x20001);
        fill(Opcode.MESH_BUS_1, Loops.from(factors + 2).step(1, 4), 0x10001);
        fill(Opcode.MESH_BUS_0, Loops.from(factors + 6).single(), 0x10002);
        fill(Opcode.MESH_BUS_2, Loops.from(factors + 7).single(), 0x20001);
        Instruction rows = factorRows();
        NarrowToWide.WAITS.set(rows, 0, Wait.data(TileCounter.MESH_NORTH_IN, 2, 1, 1));
        NarrowToWide.WAITS.set(rows, 1, Wait.data(TileCounter.MESH_SOUTH_IN, 2, 3, 1));
        NarrowToWide.WAITS.set(rows, 2, Wait.data(TileCounter.MESH_WEST_IN, 2, 1, 1));
        NarrowToWide.WAITS.set(rows, 3, Wait.data(TileCounter.MESH_EAST_IN, 2, 1, 1));
        NarrowToWide.SIGNAL.set(rows, 1);
        program.add(rows).add(bias());
        PerTile.add(program, tile -> code.isIn(tile) ? difference(tile) : null);
        code.clear(3);
        code.withTable(1, Chip.SCALING_UNITS / 2, this::padded);
        code.clearBehindTable();
        code.clear(1);
    }

    private void fill(Opcode mesh, Loops.Builder walk, int word) {
        program.add(MeshBus.countedFill(mesh, plan.mask(), walk, word));
    }

    private Instruction bias() {
        Instruction reader = ConvolutionCode.scaling().set(TileInstruction.TILES, plan.mask());
        WideToNarrow.ROWS.set(reader, Loops.from(BIAS_ROW).step(1, 1).repeat(2).step(1, 1));
        WideToNarrow.WORDS.set(
                reader,
                Loops.from(Chip.SCALING_UNITS / 2)
                        .step(1, Chip.SCALING_UNITS / 4)
                        .repeat(2)
                        .window(1, Chip.SCALING_UNITS / 4));
        WideToNarrow.WAITS.set(reader, 0, Wait.room(TileCounter.AVDATA, 2, 0, 1));
        return reader;
    }

    private Instruction difference(int tile) {
        int words = plan.words(tile);
        Instruction op = op(Opcode.MULTIPLY_ACCUMULATE)
                .set(Op.WIDE_WEIGHTS)
                .set(Op.WEIGHT_ZERO_POINT, 1)
                .set(Op.OUTPUT_ZERO_POINT, WORD_255)
                .set(Op.GROUP_LEVEL, 1)
                .set(Op.REDUCED, 1)
                .set(Op.FORMAT, 1)
                .setFloat(Op.CLAMP_MIN, -WORD_255);
        Op.rounds(op, 2, words);
        Op.ACTIVATIONS.set(op, thrice(Loops.from(4 * plan.logits()).step(2, 2 * words), 4 * words));
        Op.OUTPUTS.set(op, thrice(Loops.from(4 * numbers).step(4, words), 4 * words));
        Op.WEIGHTS.set(op, Loops.from(4 * FACTOR_ROW).step(4, 2).repeat(words));
        Op.SUMS.set(op, Loops.from(0).repeat(2).repeat(words).window(1, 4));
        Op.WAITS.set(op, 0, Wait.data(TileCounter.NARROW_TO_WIDE, 2, 1, 1));
        Op.WAITS.set(op, 1, Wait.data(TileCounter.WIDE_TO_SCALING, 2, 1, 1));
        Op.SIGNAL_OUTPUTS.set(op, 3);
        return op;
    }

    private Loops.Builder outputs(int tile, int target, int words) {
        return Loops.from(4 * target)
                .step(4, words)
                .step(4 * plan.words(tile) * words, 1)
                .repeat(2)
                .step(4 * words, plan.words(tile));
    }

    private Instruction padded(int tile) {
        return code.byFours(tile, numbers, outputs(tile, numbers, 1))
                .set(Op.INPUT_ZERO_POINT, WORD_255)
                .set(Op.OUTPUT_ZERO_POINT, WORD_255)
                .set(Op.FORMAT, 1)
                .setFloat(Op.CLAMP_MIN, -WORD_255);
    }

    private void exponentiate() {
        program.functionTable(FunctionTable.load(plan.mask(), EXPONENTIAL));
        code.withTable(2, 0, this::exponential);
        code.clearBehindTable();
        program.fence();
    }

    private Instruction exponential(int tile) {
        return code.byFours(tile, numbers, outputs(tile, 0, 2))
                .set(Op.INPUT_ZERO_POINT, WORD_255)
                .set(Op.THROUGH_TABLE)
                .set(Op.WIDE_RESULTS)
                .set(Op.FORMAT, 2)
                .setFloat(Op.CLAMP_MIN, LOWEST);
    }
}
