package org.tensorizer.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tensorizer.recovery.FormulaFit.Potentials;

class PotentialsTest {
    private static final int U = CellMap.UNKNOWN;

    private static Potentials of(int[]... rows) {
        return Potentials.of(map(rows));
    }

    private static CellMap map(int[]... rows) {
        int columns = rows[0].length;
        int[] offsets = new int[rows.length * columns];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, offsets, row * columns, columns);
        }
        return new CellMap(rows.length, columns, offsets);
    }

    /** Column 3 is tied to row 1 by column 1, row 2, column 2 and row 3 only. */
    @Test
    void knownCellsAreFollowedFromTheFullestRow() {
        Potentials sums = of(
                new int[] {40, U, U, U, U},
                new int[] {U, 10, U, U, 17},
                new int[] {U, 110, 112, U, U},
                new int[] {U, U, 302, 305, U},
                new int[] {U, U, U, U, U});

        assertThat(sums.rowKnown()).containsExactly(false, true, true, true, false);
        assertThat(sums.columnKnown()).containsExactly(false, true, true, true, true);
        assertThat(sums.rows()).containsExactly(0, 0, 100, 290, 0);
        assertThat(sums.columns()).containsExactly(0, 10, 12, 15, 17);
    }

    @Test
    void theFullestRowIsFoundWhereverItStands() {
        int[] full = {1, 2, 3};
        int[] poor = {U, U, U};
        for (int at = 0; at < 3; at++) {
            int[][] rows = {poor, poor, poor};
            rows[at] = full;
            Potentials sums = of(rows);
            assertThat(sums.rowKnown()[at]).isTrue();
            assertThat(sums.columnKnown()).containsOnly(true);
        }
    }

    @Test
    void aWrongCellOfTheFirstRowIsOutvotedInItsColumn() {
        CellMap map = map(
                new int[] {0, 1, 99, 3}, new int[] {10, 11, 12, 13}, new int[] {20, 21, 22, 23}, new int[] {U, U, U, U
                });
        Potentials sums = Potentials.of(map);
        assertThat(sums.columns()).containsExactly(0, 1, 99, 3);

        assertThat(sums.vote(map)).isTrue();
        assertThat(sums.columns()).containsExactly(0, 1, 2, 3);
        assertThat(sums.rows()).containsExactly(0, 10, 20, 0);
        assertThat(sums.vote(map)).isFalse();
    }

    @Test
    void aWrongCellOfTheFirstColumnIsOutvotedInItsRow() {
        CellMap map = map(new int[] {0, 1, 2, 3}, new int[] {10, 11, 12, 13}, new int[] {77, 21, 22, 23});
        Potentials sums = Potentials.of(map);
        assertThat(sums.rows()).containsExactly(0, 10, 77);

        assertThat(sums.vote(map)).isTrue();
        assertThat(sums.rows()).containsExactly(0, 10, 20);
        assertThat(sums.columns()).containsExactly(0, 1, 2, 3);
        assertThat(sums.vote(map)).isFalse();
    }

    @Test
    void theMostFrequentValueWinsAndOfEqualsTheSmallest() {
        assertThat(mode(7)).isEqualTo(7);
        assertThat(mode(7, 3, 1, 3, 7, 3)).isEqualTo(3);
        assertThat(mode(2, 1)).isEqualTo(1);
        assertThat(mode(1, 2, 2, 3, 3, 3)).isEqualTo(3);
        assertThat(Potentials.mode(new long[] {5, 9, 9}, 1)).isEqualTo(5);
    }

    private static long mode(long... values) {
        return Potentials.mode(values, values.length);
    }
}
