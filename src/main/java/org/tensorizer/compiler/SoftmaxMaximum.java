package org.tensorizer.compiler;

import static org.tensorizer.compiler.SoftmaxCode.op;
import static org.tensorizer.conv.Arithmetic.ceilDiv;

import org.tensorizer.isa.Chip;
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
 * Steps 1 to 3 of a softmax: numbers beyond the last become the smallest there is, all go to tile 0, whose opMaximum finds
 * the largest of every lane and then of the four lanes; packets take it to all tiles, an op to all words.
 */
final class SoftmaxMaximum {
    private final SoftmaxCode code;
    private final SoftmaxPlan plan;
    private final ProgramBuilder program;
    private final Head.Layer layer;

    SoftmaxMaximum(SoftmaxCode code, Head.Layer layer) {
        this.code = code;
        this.plan = code.plan();
        this.program = code.program();
        this.layer = layer;
    }

    void emit() {
        collect();
        largest();
        everywhere();
    }

    private int zeroPoint() {
        return layer.quantization().outputZeroPoint();
    }

    private Instruction clamped(Instruction op) {
        return op.setFloat(Op.CLAMP_MAX, layer.clampMax()).setFloat(Op.CLAMP_MIN, layer.clampMin());
    }

    private void collect() {
        program.meet(ProgramBuilder.TILE_COUNTERS).fence(ProgramBuilder.TILE_COUNTERS);
        code.withTable(0, Chip.SCALING_UNITS / 2, this::padded);
        program.fence();
        code.progress().clear();
        Packets packets = new Packets(program, code.progress(), Packets.Rows.BELOW_TABLES);
        for (int tile = 1; tile < plan.tiles(); tile++) {
            packets.send(tile, 1, LayerPlan.TILE_WORDS * tile, plan.words(tile), LayerPlan.TILE_WORDS * tile);
        }
        code.packetsDone();
        code.clearBehindTable();
        code.clear(1);
    }

    private Instruction padded(int tile) {
        int words = plan.words(tile);
        Loops.Builder outputs = Loops.from(4 * LayerPlan.TILE_WORDS * tile)
                .step(4, 1)
                .step(4 * plan.words(), 1)
                .repeat(2)
                .step(4, words);
        return clamped(code.byFours(tile, plan.logits(), outputs))
                .set(Op.INPUT_ZERO_POINT, zeroPoint())
                .set(Op.OUTPUT_ZERO_POINT, zeroPoint())
                .set(Op.FORMAT, 1);
    }

    private void largest() {
        int words = plan.words();
        int blocks = ceilDiv(words, 4);
        program.add(turn(words)).add(ofLanes(words, blocks)).fence(0, TileFence.OP);
        program.add(pack(words, blocks)).add(ofWord(words, blocks));
        program.fence(ProgramBuilder.TILE_COUNTERS).fence();
        code.progress().clear();
        code.tell(words, 1, Packets.Rows.BELOW_WEIGHTS);
        code.clear(2);
    }

    private Instruction turn(int words) {
        Instruction turn = Instruction.of(Opcode.NARROW_TO_WIDE)
                .set(TileInstruction.TILES, 1)
                .set(NarrowToWide.TRANSPOSE);
        NarrowToWide.WORDS.set(turn, Loops.from(0).step(1, words));
        NarrowToWide.ROWS.set(turn, Loops.stream(SoftmaxCode.WEIGHTS_ROW, words, 4, 4));
        NarrowToWide.WAITS.set(turn, 0, Wait.room(TileCounter.PARAMETERS, 1, -1, 1));
        NarrowToWide.SIGNAL.set(turn, 1);
        return turn;
    }

    private Instruction maximum(int target) {
        Instruction op = clamped(op(Opcode.MAXIMUM))
                .set(TileInstruction.TILES, 1)
                .set(Op.GROUP_LEVEL, 1)
                .set(Op.REDUCED, 3)
                .set(Op.WEIGHT_ZERO_POINT, zeroPoint())
                .set(Op.OUTPUT_ZERO_POINT, zeroPoint())
                .set(Op.CONSTANT, -zeroPoint());
        Op.OUTPUTS.set(
                op, Loops.from(4 * target).step(4, 1).step(4, 1).step(4, 1).step(4, 1));
        Op.SIGNAL_WEIGHTS.set(op, 1);
        return op;
    }

    private Instruction ofLanes(int words, int blocks) {
        Instruction op = maximum(words + 1);
        Op.rounds(op, 4, blocks);
        if (words % 4 != 0) {
            op.set(Op.LOOP_TAIL, words % 4 - 1L).set(Op.LOOP_TAIL_LEVEL, 1);
        }
        Op.WEIGHTS.set(op, quarters(words, blocks));
        Op.SUMS.set(op, Loops.from(0).repeat(words).window(1, 4));
        Op.WAITS.set(op, 0, Wait.data(TileCounter.NARROW_TO_WIDE, 1, 1, 1));
        return op;
    }

    /** First quarters of rows, four rows in each half. */
    static Loops.Builder quarters(int count, int blocks) {
        Loops.Builder walk = Loops.from(4 * SoftmaxCode.WEIGHTS_ROW)
                .step(4, 4)
                .repeat(blocks)
                .window(1, 16);
        return count % 4 == 0 ? walk : walk.tail(1, count % 4);
    }

    private Instruction pack(int words, int blocks) {
        Instruction pack = NarrowToWide.move(
                        Loops.from(words + 1).single(),
                        Loops.from(SoftmaxCode.WEIGHTS_ROW).single().window(1, 1),
                        1)
                .set(TileInstruction.TILES, 1);
        NarrowToWide.WAITS.set(pack, 0, Wait.room(TileCounter.PARAMETERS, 1, blocks, 1));
        NarrowToWide.SIGNAL.set(pack, 1);
        return pack;
    }

    private Instruction ofWord(int words, int blocks) {
        Instruction op = maximum(words);
        Op.rounds(op, 4);
        Op.WEIGHTS.set(op, Loops.from(4 * SoftmaxCode.WEIGHTS_ROW).step(1, 4).window(1, 4));
        Op.SUMS.set(op, Loops.from(0).repeat(4).window(1, 4));
        Op.WAITS.set(op, 0, Wait.data(TileCounter.NARROW_TO_WIDE, 1, blocks + 1, 1));
        return op;
    }

    /** Byte 0 of a word on every tile to all words. */
    private void everywhere() {
        int words = plan.words();
        program.add(MeshBus.countedFill(
                Opcode.MESH_BUS_2, plan.mask(), Loops.from(words + 1).step(1, 4), 1));
        program.add(ones(plan.mask(), words + 1)).fence();
        code.spread(words, words, 0, 4);
        program.fence(ProgramBuilder.TILE_COUNTERS);
    }

    /** Four words to the row of weights of {@link SoftmaxCode#spread}. */
    static Instruction ones(int tiles, int words) {
        Instruction pack = NarrowToWide.move(
                        Loops.from(words).step(1, 4),
                        Loops.from(SoftmaxCode.SPREAD_ROW).single(),
                        1)
                .set(TileInstruction.TILES, tiles);
        NarrowToWide.WAITS.set(pack, 0, Wait.data(TileCounter.MESH_SOUTH_IN, 1, 1, 0));
        return pack;
    }
}
