package org.tensorizer.gemm;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits weights into {@link DigitRow}s. Inputs are 0 or 1 (a bit of x), so the sum of a row lies between minus the sum of
 * its negative digits and the sum of its positive ones, whatever the input: rows are made as large as the window allows,
 * first by taking more digits of all weights, then, where not even one digit of all fits, by cutting the inputs.
 */
final class DigitRows {
    private final ByteMatrix weights;
    private final ExactScale scale;
    private final boolean biased;

    /** @param biased whether the chip can add a bias to each row, so that only the width of the window counts */
    DigitRows(ByteMatrix weights, ExactScale scale, boolean biased) {
        this.weights = weights;
        this.scale = scale;
        this.biased = biased;
    }

    /** The rows of all output channels for the input channels {@code from} to {@code to - 1}. */
    List<DigitRow> split(int from, int to) {
        List<DigitRow> rows = new ArrayList<>();
        for (int out = 0; out < weights.rows(); out++) {
            int digit = 0;
            while (digit < NonAdjacentForm.DIGITS) {
                int digits = fitting(out, digit, from, to);
                if (digits == 0) {
                    cut(out, digit, from, to, rows);
                    digit++;
                } else {
                    Sums sums = sums(out, digit, digits, from, to);
                    if (!sums.isEmpty()) {
                        rows.add(new DigitRow(out, digit, digits, from, to, bias(sums.positive, sums.negative)));
                    }
                    digit += digits;
                }
            }
        }
        return rows;
    }

    /** How many digits of all weights fit together, 0 if not even one. */
    private int fitting(int out, int digit, int from, int to) {
        int digits = 0;
        while (digit + digits < NonAdjacentForm.DIGITS && fits(sums(out, digit, digits + 1, from, to))) {
            digits++;
        }
        return digits;
    }

    /**
     * Sums of the digits of one row.
     *
     * @param negative magnitudes of the negative ones
     * @param largest magnitude of one
     */
    private record Sums(int positive, int negative, int largest) {
        boolean isEmpty() {
            return largest == 0;
        }
    }

    private Sums sums(int out, int digit, int digits, int from, int to) {
        byte[] w = weights.values();
        int[] values = NonAdjacentForm.table(digit, digits);
        int row = out * weights.columns();
        int total = 0;
        int magnitudes = 0;
        int largest = 0;
        for (int in = row + from; in < row + to; in++) {
            int value = values[w[in] & 0xff];
            int magnitude = Math.abs(value);
            total += value;
            magnitudes += magnitude;
            largest = Math.max(largest, magnitude);
        }
        return new Sums((magnitudes + total) / 2, (magnitudes - total) / 2, largest);
    }

    private boolean fits(Sums sums) {
        return inside(sums.positive, sums.negative) && sums.largest <= scale.largestDigit();
    }

    private boolean inside(int positive, int negative) {
        return biased
                ? positive + negative <= scale.high() - scale.low()
                : positive <= scale.high() && negative <= -scale.low();
    }

    /** One digit, cut into as few parts as go. */
    private void cut(int out, int digit, int from, int to, List<DigitRow> rows) {
        byte[] w = weights.values();
        int[] values = NonAdjacentForm.table(digit, 1);
        int row = out * weights.columns();
        int positive = 0;
        int negative = 0;
        int start = from;
        for (int in = from; in < to; in++) {
            int value = values[w[row + in] & 0xff];
            if (!inside(positive + Math.max(value, 0), negative + Math.max(-value, 0))) {
                rows.add(new DigitRow(out, digit, 1, start, in, bias(positive, negative)));
                start = in;
                positive = 0;
                negative = 0;
            }
            positive += Math.max(value, 0);
            negative += Math.max(-value, 0);
        }
        rows.add(new DigitRow(out, digit, 1, start, to, bias(positive, negative)));
    }

    /** The bias nearest to 0 that moves all sums into the window. */
    private int bias(int positive, int negative) {
        return Math.min(Math.max(0, scale.low() + negative), scale.high() - positive);
    }

    /**
     * A row of the matrix that the chip multiplies instead of W: some digits of some weights of one output channel, chosen so
     * that every sum it can give is answered exactly.
     *
     * @param out output channel of W
     * @param digit lowest digit; the sum counts 2^digit
     * @param digits how many digits together
     * @param from first input channel of W
     * @param to one past the last; all other weights of the row are 0
     * @param bias added to the sum by the chip, to be subtracted again
     */
    record DigitRow(int out, int digit, int digits, int from, int to, int bias) {
        int weight(byte w) {
            return NonAdjacentForm.digits(w, digit, digits);
        }
    }

    /**
     * The digits of an int8 number in base 2 with -1, 0 and 1, of which no two neighbours differ from 0. Of all ways to write
     * a number so it has the fewest digits that are not 0: at most 4 of 8, a third on average.
     */
    static final class NonAdjacentForm {
        /** Digits of an int8 number: the largest, 127 = 128 - 1, needs the digit of 128. */
        static final int DIGITS = 8;

        /** By lowest digit, number of digits less 1, and the number's byte. */
        private static final int[][][] VALUES = new int[DIGITS][][];

        static {
            for (int first = 0; first < DIGITS; first++) {
                VALUES[first] = new int[DIGITS - first][256];
                for (int count = 1; count <= DIGITS - first; count++) {
                    for (int value = -128; value < 128; value++) {
                        VALUES[first][count - 1][value & 0xff] = digits(value, first, count);
                    }
                }
            }
        }

        private NonAdjacentForm() {}

        private static int digits(int value, int first, int count) {
            int magnitude = Math.abs(value);
            int half = magnitude >> 1;
            int plus = (magnitude + half) & ~half;
            int minus = half & ~(magnitude + half);
            int mask = (1 << count) - 1;
            int sum = (plus >> first & mask) - (minus >> first & mask);
            return value < 0 ? -sum : sum;
        }

        /**
         * Some digits of every number together, {@code sum over n of digit(first + n) * 2^n}.
         *
         * @param first lowest digit, 0 to 7
         * @param count how many digits, at least 1
         * @return by the number's byte, 0 to 255; not to be changed
         */
        static int[] table(int first, int count) {
            return VALUES[first][count - 1];
        }

        /** The same of one number. */
        static int digits(byte value, int first, int count) {
            return VALUES[first][count - 1][value & 0xff];
        }
    }
}
