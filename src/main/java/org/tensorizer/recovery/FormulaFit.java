package org.tensorizer.recovery;

import java.util.Optional;

/**
 * What {@link FormulaFitter} found.
 *
 * @param formula the formula, or the best candidate where the map is irregular
 * @param known how many cells it was held against
 * @param matching how many of them it predicts
 * @param counterexample the first cell it gets wrong, row by row; empty where the map is regular
 */
public record FormulaFit(Formula formula, int known, int matching, Optional<Counterexample> counterexample) {
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

    /** Whether the formula predicts every known cell. */
    public boolean isRegular() {
        return counterexample.isEmpty();
    }

    /** Holds a formula against every known cell of a map. */
    public static FormulaFit check(Formula formula, CellMap map) {
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
