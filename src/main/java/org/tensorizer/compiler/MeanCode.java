package org.tensorizer.compiler;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

import org.tensorizer.conv.Image;
import org.tensorizer.conv.PerTile;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.MeshBus;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.Wait;

/**
 * The mean over all pixels of the channels that a tile has gathered: the pixels are the weights, the activation is a
 * constant 1.
 *
 * <pre>
 * meshBus2            the constant
 * narrowToWide turn   four pixels of a row turned into one row of weights, for each group of 64 channels
 * op                  loops: columns, rows, 1, 1, groups of 64 channels
 * </pre>
 *
 * <p>Source: derived, identical with four compiled programs.
 */
final class MeanCode {
    private static final int GROUP_WORDS = Chip.LANES / 4;

    private final GatherPlan plan;
    private final Head.Mean mean;
    private final Image image;
    private final int quads;

    MeanCode(GatherPlan plan, Head.Mean mean) {
        this.plan = plan;
        this.mean = mean;
        this.image = plan.image().image();
        this.quads = ceilDiv(image.width(), 4);
    }

    void emit(ProgramBuilder program, boolean layersFollow) {
        program.add(MeshBus.fill(
                        Opcode.MESH_BUS_2,
                        plan.channelTiles(),
                        Loops.from(plan.one()).single(),
                        1))
                .fence();
        PerTile.add(program, this::turn);
        program.fence();
        PerTile.add(program, this::average);
        program.fence(ProgramBuilder.TILE_COUNTERS);
        if (layersFollow) {
            program.fence(ProgramBuilder.TILE_COUNTERS);
        }
    }

    private Instruction turn(int tile) {
        int words = plan.width(tile);
        if (words == 0) {
            return null;
        }
        int groups = ceilDiv(words, GROUP_WORDS);
        Instruction turn = Instruction.of(Opcode.NARROW_TO_WIDE)
                .set(NarrowToWide.TRANSPOSE)
                .set(NarrowToWide.PACK, 2);
        Loops.Builder walk = Loops.from(plan.gathered().base())
                .step(words, 4)
                .step(1, Math.min(GROUP_WORDS, words))
                .stepIfSeveral(4 * words, quads)
                .step(words * image.width(), image.height());
        int level = walk.loops();
        walk.stepIfSeveral(GROUP_WORDS, groups);
        Loops.Builder rows =
                Loops.from(plan.averageRow()).step(1, plan.rowsOfGroup()).stepIfSeveral(plan.rowsOfGroup(), groups);
        NarrowToWide.WORDS.set(turn, walk);
        NarrowToWide.ROWS.set(turn, rows);
        NarrowToWide.SIGNAL.set(turn, 1);
        if (words % GROUP_WORDS == 0) {
            TileCounter[] counters = {
                TileCounter.AVDATA,
                TileCounter.MESH_EAST_IN,
                TileCounter.MESH_WEST_IN,
                TileCounter.MESH_SOUTH_IN,
                TileCounter.MESH_NORTH_IN
            };
            for (int j = 0; j < counters.length; j++) {
                NarrowToWide.WAITS.set(turn, j, Wait.data(counters[j], level, 1 - plan.groups(), 1));
            }
        }
        return turn;
    }

    private Instruction average(int tile) {
        int words = plan.width(tile);
        if (words == 0) {
            return null;
        }
        int pixels = image.height() * image.width();
        int groupWords = Math.min(GROUP_WORDS, words);
        int groups = ceilDiv(words, GROUP_WORDS);
        int zero = mean.outputZeroPoint();
        int area = 4 * plan.rowsOfGroup();
        Instruction op = Instruction.of(Opcode.MULTIPLY_ACCUMULATE)
                .set(Op.FRESH_SUMS)
                .set(Op.SUMS_INSIDE)
                .set(Op.WIDE_ACTIVATIONS)
                .set(Op.INPUTS_OFF, 6)
                .set(Op.GROUP_LEVEL, 4)
                .set(Op.REDUCED, 3)
                .set(Op.LANES, 4L * groupWords - 1)
                .set(Op.LANES_LAST, 4L * groupWords - 1)
                .set(Op.WEIGHT_ZERO_POINT, mean.inputZeroPoint())
                .set(Op.OUTPUT_ZERO_POINT, zero)
                .setFloat(Op.MULTIPLIER, mean.multiplier(pixels))
                .setFloat(Op.CLAMP_MAX, 255 - zero)
                .setFloat(Op.CLAMP_MIN, -zero);
        Op.rounds(op, image.width(), image.height(), 1, 1, groups);
        Loops.Builder ones = Loops.from(4 * plan.one())
                .repeat(image.width())
                .repeat(image.height())
                .step(4, 1)
                .step(4, 1);
        Op.ACTIVATIONS.set(op, groups > 1 ? ones.repeat(groups) : ones);
        Op.OUTPUTS.set(
                op,
                Loops.from(4 * plan.average().base())
                        .step(4, groupWords)
                        .step(4 * words, 1)
                        .step(4 * words, 1)
                        .step(4 * groupWords, groups)
                        .step(4 * words, 1));
        Op.WEIGHTS.set(
                op,
                Loops.from(4 * plan.averageRow())
                        .step(1, image.width())
                        .step(4 * quads, image.height())
                        .step(mean.stride(), 1)
                        .step(4 * quads * mean.stride(), 1)
                        .step(area, groups)
                        .step(area * groups, 1));
        Loops.Builder sums = Loops.from(0).repeat(pixels);
        Op.SUMS.set(op, (groups > 1 ? sums.repeat(groups) : sums).window(1, 4));
        Op.SIGNAL_OUTPUTS.set(op, 3);
        Op.SIGNAL_WEIGHTS.set(op, 4);
        return op;
    }
}
