package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
}
