package org.tensorizer.conv;

import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.Wait;

/**
 * The op of a convolution. Its loops, innermost first:
 *
 * <pre>
 * INSIDE     rows of the pass, pixels, groups            sums inside the op
 * SUMS       rows of a pass, pixels, passes, groups      a row of sums for each pixel
 * SINGLE     rows of a pass, passes, groups              one pixel: one row of sums
 * DEPTHWISE  taps, pixels, groups of 4 channels          of one pixel: taps, groups
 * </pre>
 *
 * <p>The activations of a tap are the words of the block, then the columns and rows of the window; a loop over pixels that
 * makes one round is left out of the walks. It waits for every pass of the weights and for the scaling registers of every
 * group.
 *
 * @param arrived counts the passes of weights that were stored
 * @param stored passes that were stored before
 * @param loads of the scaling registers before
 */
public record ConvolutionOp(
        ConvolutionPlan plan, PlacedImage source, PlacedImage target, TileCounter arrived, int stored, int loads) {
    private enum Kind {
        INSIDE,
        SUMS,
        SINGLE,
        DEPTHWISE,
        /** Depthwise on one pixel. */
        POINT
    }

    private Convolution step() {
        return plan.step();
    }

    Instruction of(int tile) {
        Kind kind = kind(tile);
        Instruction op = Instruction.of(Opcode.MULTIPLY_ACCUMULATE)
                .set(Op.WEIGHTS_FROM_RING)
                .set(Op.FRESH_SUMS)
                .set(Op.LANES, step().lanes() - 1L)
                .set(Op.LANES_LAST, step().lastLanes() - 1L);
        quantize(op, step().format(), step().quantization(), step().activation());
        if (step().format().isPerChannel()) {
            int first = plan.headerRow() + step().headerRows() - 1;
            zeroPointRows(op, first, plan.isDoubleBuffered() ? step().headerRows() : 1, plan.buffers());
        }
        rounds(op, kind, tile);
        Op.ACTIVATIONS.set(op, activations(kind, tile));
        Op.WEIGHTS.set(op, weights(kind, tile));
        sums(op, kind, tile);
        int level = outputs(op, tile);
        Op.WAITS.set(op, 0, Wait.data(arrived, passLoops(kind), stored + 1, 1));
        if (step().headerRows() > 0) {
            int groupLoops = kind == Kind.SUMS ? 3 : kind == Kind.POINT ? 1 : 2;
            Op.WAITS.set(op, 1, Wait.data(TileCounter.WIDE_TO_SCALING, groupLoops, loads + 1, 1));
        }
        Op.SIGNAL_OUTPUTS.set(op, level);
        Op.SIGNAL_WEIGHTS.set(op, passLoops(kind));
        return op;
    }

    /** A tile with one pixel where others have more does without the loop over pixels. */
    private Kind kind(int tile) {
        boolean onePixel = pixels(tile) == 1;
        return switch (plan.form()) {
            case INSIDE -> Kind.INSIDE;
            case SUMS -> onePixel && step().window().kernel() == 1 ? Kind.SINGLE : Kind.SUMS;
            case SINGLE -> Kind.SINGLE;
            case DEPTHWISE -> onePixel ? Kind.POINT : Kind.DEPTHWISE;
        };
    }

    private int pixels(int tile) {
        return target.image().pixels(tile);
    }

    /** Op loops of one pass of the weights. */
    private static int passLoops(Kind kind) {
        return kind == Kind.SINGLE || kind == Kind.POINT ? 1 : 2;
    }

    /** Zero points, multiplier and clamps of a layer with weights, or of a product. */
    public static void quantize(
            Instruction op, ParameterFormat format, Quantization quantization, Activation activation) {
        boolean perChannel = format.isPerChannel();
        op.set(Op.INPUT_ZERO_POINT, quantization.inputZeroPoint())
                .set(Op.OUTPUT_ZERO_POINT, quantization.outputZeroPoint())
                .set(Op.FORMAT, format.code())
                .set(Op.WEIGHT_ZERO_POINT, perChannel ? 0 : quantization.weightZeroPoint())
                .setFloat(Op.MULTIPLIER, perChannel ? 1 : quantization.multiplier())
                .setFloat(Op.CLAMP_MAX, quantization.clampMax(activation))
                .setFloat(Op.CLAMP_MIN, quantization.clampMin(activation));
    }

    /** Weight zero points from rows of wide memory: so many, {@code step} apart, one for each group in turn. */
    public static void zeroPointRows(Instruction op, int first, int step, int rows) {
        op.set(Op.ZERO_POINT_ROWS)
                .set(Op.ZERO_POINT_FIRST, first)
                .set(Op.ZERO_POINT_STEP, step)
                .set(Op.ZERO_POINT_LAST, first + (rows - 1L) * step);
    }

    private void rounds(Instruction op, Kind kind, int tile) {
        int rows = plan.passRows();
        int pixels = pixels(tile);
        int groups = plan.groups();
        switch (kind) {
            case INSIDE, DEPTHWISE -> Op.rounds(op, rows, pixels, groups);
            case SUMS -> Op.rounds(op, rows, pixels, plan.passes(), groups);
            case SINGLE -> Op.rounds(op, rows, plan.passes(), groups);
            case POINT -> Op.rounds(op, rows, groups);
        }
    }

    private Loops.Builder activations(Kind kind, int tile) {
        Loops.Builder walk = Loops.from(4 * source.firstRead(tile, step().window()));
        taps(walk, tile);
        int block = 4 * plan.block();
        switch (kind) {
            case INSIDE -> {
                walk.step(block, 1);
                positions(walk, tile);
            }
            case SUMS -> {
                positions(walk, tile);
                walk.step(block, plan.passes());
            }
            case SINGLE -> walk.step(block, plan.passes());
            case DEPTHWISE -> positions(walk, tile);
            case POINT -> {}
        }
        return walk.step(step().depthwise() ? 4 : 0, plan.groups());
    }

    /** The words under the window: those of the block, columns, rows; neighbours that continue each other are one loop. */
    private void taps(Loops.Builder walk, int tile) {
        int kernel = step().window().kernel();
        int pixel = 4 * source.image().pixelWords();
        int pitch = 4 * source.image().pitch(tile);
        if (kernel == 1) {
            walk.step(4, plan.block());
        } else if (step().depthwise()) {
            walk.step(4, 1);
            if (pitch == kernel * pixel) {
                walk.step(pixel, kernel * kernel);
            } else {
                walk.step(pixel, kernel).step(pitch, kernel);
            }
        } else if (plan.block() == source.image().pixelWords()) {
            walk.step(4, kernel * plan.block()).step(pitch, kernel);
        } else {
            walk.step(4, plan.block()).step(pixel, kernel).step(pitch, kernel);
        }
    }

    private void positions(Loops.Builder walk, int tile) {
        int pixel = 4 * source.image().pixelWords();
        if (!source.image().isBordered()) {
            walk.stepIfSeveral(pixel, pixels(tile));
            return;
        }
        int stride = step().window().stride();
        walk.stepIfSeveral(pixel * stride, target.image().columns(tile))
                .stepIfSeveral(
                        4 * source.image().pitch(tile) * stride, target.image().rows(tile));
    }

    private Loops.Builder weights(Kind kind, int tile) {
        Loops.Builder walk = Loops.from(4 * plan.weightsRow()).step(4, plan.passRows());
        repeatOuter(walk, kind, tile);
        return plan.isDoubleBuffered() ? walk.window(passLoops(kind), 4 * plan.passRows()) : walk;
    }

    private void repeatOuter(Loops.Builder walk, Kind kind, int tile) {
        if (kind != Kind.SINGLE && kind != Kind.POINT) {
            walk.repeat(pixels(tile));
        }
        if (kind == Kind.SUMS || kind == Kind.SINGLE) {
            walk.repeat(plan.passes());
        }
        walk.repeat(plan.groups());
    }

    private void sums(Instruction op, Kind kind, int tile) {
        int rows = plan.passRows();
        if (kind == Kind.SUMS) {
            op.set(Op.REDUCED, 5).set(Op.GROUP_LEVEL, 3);
            Op.SUMS.set(
                    op,
                    Loops.from(4 * plan.sumsRow())
                            .repeat(rows)
                            .step(4, pixels(tile))
                            .repeat(plan.passes())
                            .repeat(plan.groups()));
            return;
        }
        Loops.Builder walk =
                Loops.from(kind == Kind.SINGLE ? 4 * plan.sumsRow() : 0).repeat(rows);
        repeatOuter(walk, kind, tile);
        op.set(Op.SUMS_INSIDE)
                .set(Op.REDUCED, kind == Kind.SINGLE ? 3 : 1)
                .set(Op.GROUP_LEVEL, kind == Kind.SINGLE ? 2 : passLoops(kind));
        Op.SUMS.set(op, walk.window(kind == Kind.SINGLE ? 2 : 1, 4));
    }

    /** @return loops of the results of a group */
    private int outputs(Instruction op, int tile) {
        int words = step().lanes() / 4;
        int lastWords = step().lastLanes() / 4;
        int pixel = 4 * target.image().pixelWords();
        int pitch = 4 * target.image().pitch(tile);
        int columns = target.image().columns(tile);
        Loops.Builder walk = Loops.from(4 * target.pixel(tile, 0, 0)).step(4, words);
        if (pitch == columns * pixel) {
            walk.stepIfSeveral(pixel, pixels(tile));
        } else {
            walk.stepIfSeveral(pixel, columns)
                    .stepIfSeveral(pitch, target.image().rows(tile));
        }
        int level = walk.loops();
        walk.step(4 * words, plan.groups());
        Op.OUTPUTS.set(op, lastWords < words ? walk.tail(level, lastWords) : walk);
        return level;
    }
}
