package org.tensorizer.gemm;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;
import org.tensorizer.gemm.DigitRows.DigitRow;
import org.tensorizer.template.DenseTemplate;

/**
 * How ones are written so that an output byte is the sum itself: a weight of {@code weight} stands for 1, an input that
 * is {@code drive} steps from its zero point stands for 1, and for every sum in {@code low..high} the chip's float32
 * requantization gives that sum.
 *
 * <p>Proof for a template: each sum of the window is put through the requantization when the scale is made, and comes out
 * less than a quarter of a step beside an integer. So no result depends on how the chip rounds halves, which nobody has
 * seen, nor on the last bit of the multiplication.
 *
 * @param weight stands for 1 in weights, not 0
 * @param drive stands for 1 in inputs, not 0, of the sign of {@code weight}
 * @param low smallest sum that is answered exactly
 * @param high largest
 */
record ExactScale(int weight, int drive, int low, int high) {
    private static final float SURE = 0.25f;
    private static final int LARGEST_WEIGHT = 127;
    private static final int LARGEST_BYTE = 255;

    /**
     * The scale with the widest window; among those the one with the smallest weight, which leaves most room for digits.
     * The multiplier is the program's, or 1 where the payload's header can say so.
     *
     * @throws BadInputException there is none that is exact from -1 to 1
     */
    static ExactScale of(DenseTemplate template) {
        Quantization q = template.quantization();
        float multiplier = template.shape().format().isPerChannel() ? 1 : template.multiplier();
        ExactScale best = new ExactScale(1, 1, 0, 0);
        for (int drive = -q.inputZeroPoint(); drive <= LARGEST_BYTE - q.inputZeroPoint(); drive++) {
            if (drive == 0) {
                continue;
            }
            int near = (int) Math.min(LARGEST_WEIGHT, Math.rint(1 / ((double) multiplier * Math.abs(drive))));
            for (int weight = Math.max(1, near - 1); weight <= Math.min(LARGEST_WEIGHT, near + 1); weight++) {
                ExactScale scale = window(drive < 0 ? -weight : weight, drive, multiplier, template);
                best = scale.isBetterThan(best) ? scale : best;
            }
        }
        boolean signs = template.shape().format().hasBias() ? best.high - best.low >= 2 : best.low < 0;
        if (best.high < 1 || !signs) {
            throw new BadInputException(template.name() + ": no exact product on " + template.shape()
                    + ": with multiplier " + multiplier + " and outputs of " + template.clampMin() + " to "
                    + template.clampMax() + " steps, no weight and input give sums of -1, 0 and 1 exactly");
        }
        return best;
    }

    private static ExactScale window(int weight, int drive, float multiplier, DenseTemplate template) {
        int unit = weight * drive;
        int high = 0;
        while (isExact(high + 1, unit, multiplier, template)) {
            high++;
        }
        int low = 0;
        while (isExact(low - 1, unit, multiplier, template)) {
            low--;
        }
        return new ExactScale(weight, drive, low, high);
    }

    private static boolean isExact(int sum, int unit, float multiplier, DenseTemplate template) {
        float scaled = (float) (unit * sum) * multiplier;
        float clamped = Math.min(Math.max(scaled, template.clampMin()), template.clampMax());
        return Math.abs(clamped - sum) < SURE;
    }

    private boolean isBetterThan(ExactScale other) {
        int more = high - low - (other.high - other.low);
        return more > 0 || more == 0 && Math.abs(weight) < Math.abs(other.weight);
    }

    /** Largest magnitude of a digit, so that digit times {@link #weight} is an int8 weight. */
    int largestDigit() {
        return LARGEST_WEIGHT / Math.abs(weight);
    }

    /** What a sum of 1 makes of the accumulator. */
    int unit() {
        return weight * drive;
    }

    /**
     * Digit rows dealt out to the blocks of a template.
     *
     * @param blocks in the order they run; those of one range of inputs follow one another
     * @param rows of all blocks
     * @param blockColumns ranges of inputs
     */
    record ExactBlocks(List<Part> blocks, int rows, int blockColumns) {
        /**
         * One block.
         *
         * @param from first input channel of W
         * @param to one past the last
         * @param rows at most as many as the template has outputs
         */
        record Part(int from, int to, List<DigitRow> rows) {}

        /** Deals out rows that were split for each range of inputs as wide as the template. */
        static ExactBlocks deal(List<List<DigitRow>> columns, int inputs, DenseShape template) {
            List<Part> blocks = new ArrayList<>();
            int rows = 0;
            for (int column = 0; column < columns.size(); column++) {
                int from = column * template.inputs();
                int to = Math.min(inputs, from + template.inputs());
                List<DigitRow> all = columns.get(column);
                rows += all.size();
                for (int first = 0; first < all.size(); first += template.outputs()) {
                    int end = Math.min(all.size(), first + template.outputs());
                    blocks.add(new Part(from, to, List.copyOf(all.subList(first, end))));
                }
            }
            return new ExactBlocks(List.copyOf(blocks), rows, columns.size());
        }

        /** Rows for each range of so many inputs. */
        static List<List<DigitRow>> split(DigitRows digits, int inputs, int width) {
            List<List<DigitRow>> columns = new ArrayList<>();
            for (int from = 0; from < inputs; from += width) {
                columns.add(digits.split(from, Math.min(inputs, from + width)));
            }
            return columns;
        }
    }
}
