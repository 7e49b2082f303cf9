package org.tensorizer.conv;

import java.util.List;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.Wait;

/**
 * The largest byte of each window.
 *
 * <pre>
 * narrowToWide turn   the part, four pixels of a row turned into one row of weights: byte k of a lane is pixel k. The
 *                     last row may reach behind the part, which nobody looks at
 * opMaximum           kernel x kernel quarters of rows, for each pixel and group of 64 channels
 * </pre>
 *
 * <p>Source: derived, all fields but addresses as in compiled programs; which rows those take is not understood.
 */
final class PoolCode {
    private static final List<TileCounter> SIDES = List.of(
            TileCounter.MESH_EAST_IN, TileCounter.MESH_WEST_IN, TileCounter.MESH_SOUTH_IN, TileCounter.MESH_NORTH_IN);

    private final int firstRow;
    private final ChainStep.MaxPool step;
    private final PlacedImage source;
    private final PlacedImage target;
    private final Progress progress;
    private final int words;
    private final int groupWords;
    private final int lastWords;

    /** @param firstRow first of the rows of wide memory of the turned part */
    PoolCode(ChainStep.MaxPool step, int firstRow, PlacedImage source, PlacedImage target, Progress progress) {
        this.step = step;
        this.firstRow = firstRow;
        this.source = source;
        this.target = target;
        this.progress = progress;
        words = source.image().pixelWords();
        groupWords = Math.min(Chip.LANES / 4, words);
        lastWords = words - Chip.LANES / 4 * (step.groups() - 1);
    }

    /** @param computed results of the tiles before the op that makes the source */
    void emit(ProgramBuilder program, int computed) {
        program.fence();
        PerTile.add(program, tile -> turn(tile, computed), this::shape);
        program.fence();
        PerTile.add(program, this::maximum, this::shape);
        progress.results += step.groups();
    }

    private Object shape(int tile) {
        return target.image().rows(tile) << 16 | target.image().columns(tile);
    }

    private int columns(int tile) {
        return step.window().read(target.image().columns(tile));
    }

    private int rows(int tile) {
        return step.window().read(target.image().rows(tile));
    }

    /** Rows of wide memory of a row of pixels. */
    private int quads(int tile) {
        return Arithmetic.ceilDiv(columns(tile), 4);
    }

    private Instruction turn(int tile, int computed) {
        Instruction turn = Instruction.of(Opcode.NARROW_TO_WIDE)
                .set(NarrowToWide.TRANSPOSE)
                .set(NarrowToWide.PACK, 2);
        int groups = step.groups();
        int area = quads(tile) * rows(tile);
        Loops.Builder walk = Loops.from(source.firstRead(tile, step.window()))
                .step(words, 4)
                .step(1, groupWords)
                .stepIfSeveral(4 * words, quads(tile))
                .stepIfSeveral(source.image().pitch(tile), rows(tile));
        int level = walk.loops();
        walk.stepIfSeveral(Chip.LANES / 4, groups);
        Loops.Builder wide = Loops.from(firstRow).step(1, area).stepIfSeveral(area, groups);
        NarrowToWide.WORDS.set(turn, walk);
        NarrowToWide.ROWS.set(turn, wide);
        NarrowToWide.SIGNAL.set(turn, 1);
        if (lastWords < groupWords) {
            // transposing, the tail shortens loop 1
            turn.set(NarrowToWide.WORDS.tailLimit(), lastWords - 1L)
                    .set(NarrowToWide.WORDS.tailLevel(), level)
                    .set(NarrowToWide.WORDS.tailRewind(), groupWords - lastWords);
        }
        if (words % (Chip.LANES / 4) == 0) {
            waits(turn, level, tile, computed);
        }
        return turn;
    }

    /** Behind the fence everything has arrived; compiled programs name it all once more. */
    private void waits(Instruction turn, int level, int tile, int computed) {
        NarrowToWide.WAITS.set(turn, 0, Wait.data(TileCounter.AVDATA, level, computed + 1, 1));
        for (int i = 0; i < SIDES.size(); i++) {
            int last = progress.blocks(SIDES.get(i))[tile]; // came with the last group
            NarrowToWide.WAITS.set(turn, i + 1, Wait.data(SIDES.get(i), level, last + 1 - step.groups(), 1));
        }
    }

    private Instruction maximum(int tile) {
        int kernel = step.window().kernel();
        int stride = step.window().stride();
        int width = target.image().columns(tile);
        int height = target.image().rows(tile);
        int groups = step.groups();
        int zero = step.inputZeroPoint();
        int area = 4 * quads(tile) * rows(tile);
        Instruction op = Instruction.of(Opcode.MAXIMUM)
                .set(Op.FRESH_SUMS)
                .set(Op.SUMS_INSIDE)
                .set(Op.INPUTS_OFF, 7)
                .set(Op.GROUP_LEVEL, 4)
                .set(Op.REDUCED, 3)
                .set(Op.LANES, 4L * groupWords - 1)
                .set(Op.LANES_LAST, 4L * lastWords - 1)
                .set(Op.WEIGHT_ZERO_POINT, zero)
                .set(Op.OUTPUT_ZERO_POINT, zero)
                .set(Op.CONSTANT, -zero)
                .setFloat(Op.MULTIPLIER, 1)
                .setFloat(Op.CLAMP_MAX, 255 - zero)
                .setFloat(Op.CLAMP_MIN, -zero);
        Op.rounds(op, kernel, kernel, width, height, groups);
        Loops.Builder outputs = Loops.from(4 * target.pixel(tile, 0, 0))
                .step(4, groupWords)
                .step(4 * words, width)
                .step(4 * target.image().pitch(tile), height)
                .step(4 * groupWords, groups)
                .step(4 * target.image().size(tile), 1);
        Op.OUTPUTS.set(op, lastWords < groupWords ? outputs.tail(3, lastWords) : outputs);
        Op.WEIGHTS.set(
                op,
                Loops.from(4 * firstRow)
                        .step(1, kernel)
                        .step(4 * quads(tile), kernel)
                        .step(stride, width)
                        .step(4 * quads(tile) * stride, height)
                        .step(area, groups)
                        .step(area * groups, 1));
        Op.SUMS.set(
                op,
                Loops.from(0)
                        .repeat(kernel * kernel)
                        .repeat(width * height * groups)
                        .window(1, 4));
        Op.SIGNAL_OUTPUTS.set(op, 3);
        Op.SIGNAL_WEIGHTS.set(op, 4);
        return op;
    }
}
