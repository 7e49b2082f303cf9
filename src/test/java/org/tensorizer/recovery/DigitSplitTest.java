package org.tensorizer.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;
import org.tensorizer.recovery.Formula.DigitSplit;

/** Functions of one variable, known in part or wrong in part, and the digits they come from. */
class DigitSplitTest {
    private static String formula(int size, IntToLongFunction value, IntPredicate known) {
        long[] values = new long[size];
        boolean[] isKnown = new boolean[size];
        for (int v = 0; v < size; v++) {
            isKnown[v] = known.test(v);
            values[v] = isKnown[v] ? value.applyAsLong(v) : 0;
        }
        List<Formula.Term> terms = new ArrayList<>();
        long constant = DigitSplit.of(values, isKnown).collect(Formula.Variable.FIRST, terms);
        return new Formula("v", "w", constant, terms).toString();
    }

    private static String formula(long... values) {
        return formula(values.length, v -> values[v], v -> true);
    }

    /** No two neighbours are known, so only straight lines over the gaps show the digits. */
    @Test
    void gapsAreBridgedByStraightLines() {
        IntToLongFunction value = v -> 5 + v / 8 * 100 + v % 8 * 3;
        assertThat(formula(32, value, v -> v % 2 == 0)).isEqualTo("offset = (v/8)*100 + 5 + (v%8)*3");
        assertThat(formula(64, value, v -> v % 3 == 0)).isEqualTo("offset = (v/8)*100 + 5 + (v%8)*3");
        assertThat(formula(32, v -> 7 * v, v -> v % 5 == 0)).isEqualTo("offset = v*7");
    }

    @Test
    void aBlockOfWhichNothingIsKnownIsPassedOver() {
        IntToLongFunction value = v -> v / 8 * 100 + v % 8 * 3;
        for (int block = 1; block < 8; block++) {
            int unknown = block;
            assertThat(formula(64, value, v -> v / 8 != unknown)).isEqualTo("offset = (v/8)*100 + (v%8)*3");
        }
    }

    @Test
    void onePairOfNeighboursShowsTheLowestDigit() {
        assertThat(formula(12, v -> v / 2 * 10 + v % 2 * 3, v -> v < 2 || v % 2 == 0))
                .isEqualTo("offset = (v/2)*10 + (v%2)*3");
    }

    @Test
    void aWrongValueLeavesTheLikelyDigits() {
        assertThat(formula(0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 99, 23)).isEqualTo("offset = (v/4)*10 + v%4");
        assertThat(formula(7, 4, 1, 50, 47, 44, 93, 90, 0, 136, 133, 130))
                .isEqualTo("offset = (v/3)*43 + (2 - v%3)*3 + 1");
    }

    /** Each value of three digits wrong in turn: the other seventeen decide. */
    @Test
    void noSingleWrongValueBendsTheDigits() {
        long[] values = new long[18];
        for (int v = 0; v < values.length; v++) {
            values[v] = v / 9 * 1000 + v / 3 % 3 * 50 + v % 3;
        }
        for (int wrong = 0; wrong < values.length; wrong++) {
            long[] damaged = values.clone();
            damaged[wrong] = 777;
            assertThat(formula(damaged))
                    .as("value %d", wrong)
                    .startsWith("offset = ")
                    .endsWith(" + v%3");
        }
        assertThat(formula(values)).isEqualTo("offset = (v/9)*1000 + (v/3%3)*50 + v%3");
        assertThat(Arrays.stream(values).max().orElseThrow()).isEqualTo(1102);
    }
}
