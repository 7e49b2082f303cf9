package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the shortest mixed-radix formula of a map, known in full or in part.
 *
 * <p>A mixed-radix offset is a sum {@code f(out) + g(in)}. Both functions are read from the known cells by following
 * rows and columns that share cells, each value by majority, so that a few wrong cells do not bend the candidate. Then
 * each is taken apart into digits ({@link DigitSplit}), and the formula is held against every known cell. Time and
 * memory are linear in the number of cells. Stateless and thread-safe.
 */
public final class FormulaFitter {
    private static final int VOTING_ROUNDS = 3;

    private FormulaFitter() {}

    /** Fits a weight map: variables {@code out} and {@code in}. */
    public static FormulaFit fit(CellMap map) {
        return fit("out", "in", map);
    }

    /**
     * Fits a map whose rows and columns are called {@code first} and {@code second}.
     *
     * @throws IllegalArgumentException if not one cell is known
     */
    public static FormulaFit fit(String first, String second, CellMap map) {
        if (map.known() == 0) {
            throw new IllegalArgumentException("no formula from a map without known cells");
        }
        Potentials sums = Potentials.of(map);
        for (int round = 0; round < VOTING_ROUNDS && sums.vote(map); round++) {}
        DigitSplit rows = DigitSplit.of(sums.rows(), sums.rowKnown());
        DigitSplit columns = DigitSplit.of(sums.columns(), sums.columnKnown());
        List<Formula.Term> terms = new ArrayList<>();
        long constant = rows.collect(Formula.Variable.FIRST, terms) + columns.collect(Formula.Variable.SECOND, terms);
        return FormulaFit.check(new Formula(first, second, constant, terms), map);
    }
}
