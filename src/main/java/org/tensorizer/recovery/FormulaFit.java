package org.tensorizer.recovery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorizer.recovery.Formula.DigitSplit;

/**
 * The shortest mixed-radix formula of a map, known in full or in part.
 *
 * <p>A mixed-radix offset is a sum {@code f(out) + g(in)}. Both functions are read from the known cells by following
 * rows and columns that share cells, each value by majority, so that a few wrong cells do not bend the candidate. Then
 * each is taken apart into digits ({@link DigitSplit}), and the formula is held against every known cell. Time and
 * memory are linear in the number of cells.
 *
 * @param formula the formula, or the best candidate where the map is irregular
 * @param known how many cells it was held against
 * @param matching how many of them it predicts
 * @param counterexample the first cell it gets wrong, row by row; empty where the map is regular
 */
public record FormulaFit(Formula formula, int known, int matching, Optional<Counterexample> counterexample) {
    private static final int VOTING_ROUNDS = 3;

    /**
     * A cell that breaks a formula.
     *
     * @param row the output channel in a weight map
     * @param column the input channel in a weight map
     */
    public record Counterexample(int row, int column, long predicted, long found) {
        @Override
        public String toString() {
            return "cell (" + row + ", " + column + "): predicted " + predicted + ", found " + found;
        }
    }

    /** Fits a weight map: variables {@code out} and {@code in}. */
    public static FormulaFit of(CellMap map) {
        return of("out", "in", map);
    }

    /**
     * Fits a map whose rows and columns are called {@code first} and {@code second}.
     *
     * @throws IllegalArgumentException if not one cell is known
     */
    public static FormulaFit of(String first, String second, CellMap map) {
        if (map.known() == 0) {
            throw new IllegalArgumentException("no formula from a map without known cells");
        }
        Potentials sums = Potentials.of(map);
        for (int round = 0; round < VOTING_ROUNDS && sums.vote(map); round++) {}
        DigitSplit rows = DigitSplit.of(sums.rows(), sums.rowKnown());
        DigitSplit columns = DigitSplit.of(sums.columns(), sums.columnKnown());
        List<Formula.Term> terms = new ArrayList<>();
        long constant = rows.collect(Formula.Variable.FIRST, terms) + columns.collect(Formula.Variable.SECOND, terms);
        return check(new Formula(first, second, constant, terms), map);
    }

    /** Whether the formula predicts every known cell. */
    public boolean isRegular() {
        return counterexample.isEmpty();
    }

    /** Holds a formula against every known cell of a map. */
    static FormulaFit check(Formula formula, CellMap map) {
        int matching = 0;
        Counterexample first = null;
        for (int row = 0; row < map.rows(); row++) {
            for (int column = 0; column < map.columns(); column++) {
                int found = map.at(row, column);
                if (found == CellMap.UNKNOWN) {
                    continue;
                }
                long predicted = formula.at(row, column);
                if (predicted == found) {
                    matching++;
                } else if (first == null) {
                    first = new Counterexample(row, column, predicted, found);
                }
            }
        }
        return new FormulaFit(formula, map.known(), matching, Optional.ofNullable(first));
    }

    /** One sentence for people. */
    @Override
    public String toString() {
        return counterexample
                .map(cell -> "irregular: best candidate " + formula + " predicts " + matching + " of " + known
                        + " cells, first broken by " + cell)
                .orElseGet(() -> formula + " on all " + known + " known cells");
    }

    /**
     * The two functions of a map {@code offset = rows[row] + columns[column]}. Values of rows and columns that no chain of
     * known cells ties to the rest stay unknown.
     */
    record Potentials(long[] rows, boolean[] rowKnown, long[] columns, boolean[] columnKnown) {

        /** Follows known cells from the row with most of them. */
        static Potentials of(CellMap map) {
            Potentials sums = new Potentials(
                    new long[map.rows()], new boolean[map.rows()], new long[map.columns()], new boolean[map.columns()]);
            sums.spread(map, fullestRow(map));
            return sums;
        }

        private static int fullestRow(CellMap map) {
            return IntStream.range(0, map.rows())
                    .boxed()
                    .max(Comparator.comparingInt(map::known))
                    .orElseThrow();
        }

        /** Breadth first; rows are queued as their number, columns as the complement of theirs. */
        private void spread(CellMap map, int start) {
            ArrayDeque<Integer> queue = new ArrayDeque<>();
            rowKnown[start] = true;
            queue.add(start);
            while (!queue.isEmpty()) {
                int next = queue.remove();
                if (next >= 0) {
                    for (int column = 0; column < columns.length; column++) {
                        int offset = map.at(next, column);
                        if (offset != CellMap.UNKNOWN && !columnKnown[column]) {
                            columns[column] = offset - rows[next];
                            columnKnown[column] = true;
                            queue.add(~column);
                        }
                    }
                } else {
                    for (int row = 0; row < rows.length; row++) {
                        int offset = map.at(row, ~next);
                        if (offset != CellMap.UNKNOWN && !rowKnown[row]) {
                            rows[row] = offset - columns[~next];
                            rowKnown[row] = true;
                            queue.add(row);
                        }
                    }
                }
            }
        }

        /**
         * Lets every row and every column take the value that most of its known cells ask for.
         *
         * @return whether a value changed
         */
        boolean vote(CellMap map) {
            boolean changed = false;
            long[] asked = new long[Math.max(rows.length, columns.length)];
            for (int row = 0; row < rows.length; row++) {
                int count = 0;
                for (int column = 0; column < columns.length; column++) {
                    int offset = map.at(row, column);
                    if (offset != CellMap.UNKNOWN && columnKnown[column]) {
                        asked[count++] = offset - columns[column];
                    }
                }
                changed |= elect(rows, row, asked, count);
            }
            for (int column = 0; column < columns.length; column++) {
                int count = 0;
                for (int row = 0; row < rows.length; row++) {
                    int offset = map.at(row, column);
                    if (offset != CellMap.UNKNOWN && rowKnown[row]) {
                        asked[count++] = offset - rows[row];
                    }
                }
                changed |= elect(columns, column, asked, count);
            }
            return changed;
        }

        private static boolean elect(long[] values, int index, long[] asked, int count) {
            if (count == 0) {
                return false;
            }
            long winner = mode(asked, count);
            boolean changed = winner != values[index];
            values[index] = winner;
            return changed;
        }

        /** The most frequent of the first {@code count} values; they are sorted on the way. */
        static long mode(long[] values, int count) {
            Arrays.sort(values, 0, count);
            long winner = values[0];
            int most = 0;
            for (int start = 0; start < count; ) {
                int end = start;
                while (end < count && values[end] == values[start]) {
                    end++;
                }
                if (end - start > most) {
                    most = end - start;
                    winner = values[start];
                }
                start = end;
            }
            return winner;
        }
    }
}
