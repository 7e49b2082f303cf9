package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.gemm.DigitRows.DigitRow;
import org.tensorizer.gemm.DigitRows.NonAdjacentForm;

/** The bounds that the exact product rests on, for the digits and for the rows made of them. */
class DigitRowsTest {
    @Test
    void digitsMakeUpTheNumberAndNoTwoNeighboursDiffer() {
        for (int value = -128; value < 128; value++) {
            byte w = (byte) value;
            assertThat(NonAdjacentForm.digits(w, 0, 8)).isEqualTo(value);
            int nonzero = 0;
            for (int n = 0; n < 8; n++) {
                int digit = NonAdjacentForm.digits(w, n, 1);
                assertThat(digit).isBetween(-1, 1);
                nonzero += Math.abs(digit);
                if (n > 0) {
                    assertThat(digit * NonAdjacentForm.digits(w, n - 1, 1)).isZero();
                }
            }
            assertThat(nonzero).isLessThanOrEqualTo(4);
            assertThat(NonAdjacentForm.digits(w, 0, 3) + 8 * NonAdjacentForm.digits(w, 3, 5))
                    .isEqualTo(value);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, -128, 127, false, 127",
        "1, -128, 127, true, 127",
        "40, -128, 127, false, 3",
        "1, 0, 255, true, 127",
        "127, -50, 200, false, 1",
        "1, -1, 1, false, 127"
    })
    void noRowCanLeaveTheWindowAndAllRowsTogetherAreTheWeights(
            int unit, int low, int high, boolean biased, int largestDigit) {
        ExactScale scale = new ExactScale(unit, 1, low, high);
        assertThat(scale.largestDigit()).isEqualTo(largestDigit);
        for (ByteMatrix w :
                List.of(Matrices.random(6, 600, 3), Matrices.constant(6, 600, -128), Matrices.constant(6, 600, 85))) {
            int[] sums = new int[w.values().length];
            List<DigitRow> rows = new DigitRows(w, scale, biased).split(0, 600);
            for (DigitRow row : rows) {
                int positive = 0;
                int negative = 0;
                int largest = 0;
                for (int in = row.from(); in < row.to(); in++) {
                    int digit = row.weight(w.at(row.out(), in));
                    largest = Math.max(largest, Math.abs(digit));
                    positive += Math.max(digit, 0);
                    negative += Math.min(digit, 0);
                    sums[row.out() * 600 + in] += digit << row.digit();
                }
                assertThat(largest * unit).isLessThanOrEqualTo(127);
                assertThat(positive + row.bias()).isLessThanOrEqualTo(high);
                assertThat(negative + row.bias()).isGreaterThanOrEqualTo(low);
                assertThat(row.bias() == 0 || biased).isTrue();
            }
            assertThat(sums)
                    .isEqualTo(IntStream.range(0, sums.length)
                            .map(i -> w.values()[i])
                            .toArray());
            if (!biased) {
                assertThat(rows.size()).isLessThanOrEqualTo(6 * mostRows(600, low, high));
            }
        }
    }

    @Test
    void fewerRowsWhereAllDigitsFitTogether() {
        ExactScale scale = new ExactScale(1, 1, -128, 127);
        assertThat(new DigitRows(Matrices.constant(1, 1, 100), scale, false).split(0, 1))
                .hasSize(1);
        assertThat(new DigitRows(Matrices.constant(1, 20, 6), scale, false).split(0, 20))
                .hasSize(1);
        assertThat(new DigitRows(Matrices.constant(1, 30, 6), scale, false).split(0, 30))
                .hasSize(2);
        assertThat(new DigitRows(Matrices.constant(1, 1000, 4), scale, false).split(0, 1000))
                .hasSize(8);
    }

    /** A window, a digit and a bias are used to their last step. */
    @Test
    void rowsFillTheWindow() {
        ExactScale scale = new ExactScale(1, 1, -128, 127);
        assertThat(rows(1, 127, 1, scale, false)).isEqualTo(1);
        assertThat(rows(1, 128, 1, scale, false)).isEqualTo(2);
        assertThat(rows(1, 128, -1, scale, false)).isEqualTo(1);
        assertThat(rows(1, 129, -1, scale, false)).isEqualTo(2);
        assertThat(rows(1, 255, 1, scale, true)).isEqualTo(1);
        assertThat(rows(1, 256, 1, scale, true)).isEqualTo(2);
        assertThat(rows(1, 1, 127, scale, false)).isEqualTo(1);
        assertThat(rows(1, 1, 3, new ExactScale(40, 1, -128, 127), false)).isEqualTo(1);
        assertThat(rows(1, 1, 4, new ExactScale(40, 1, -128, 127), false)).isEqualTo(1);
        assertThat(rows(1, 1, 5, new ExactScale(40, 1, -128, 127), false)).isEqualTo(2);
    }

    private static int rows(int outputs, int inputs, int weight, ExactScale scale, boolean biased) {
        return new DigitRows(Matrices.constant(outputs, inputs, weight), scale, biased)
                .split(0, inputs)
                .size();
    }

    /**
     * Rows that an output channel can need at most, whatever its weights: at most 4 of 8 digits of a weight differ from 0,
     * and a row that was cut is full, so it has as many of them as the window is wide on one side.
     *
     * @param inputs of a block
     * @param low smallest sum of a row that is answered exactly, below 0
     * @param high largest, above 0
     */
    static int mostRows(int inputs, int low, int high) {
        return 4 * inputs / Math.min(-low, high) + ExactPlan.BITS;
    }
}
