package org.tensorizer.picture;

import java.awt.image.BufferedImage;
import java.util.List;

/**
 * Expected, observed and difference (observed - expected), drawn to be compared: the first two on one scale, the third
 * white where they agree. Vectors and low grids stand one below the other, square ones side by side.
 *
 * @param reference what the picture calls the first grid
 * @param expected what a hypothesis predicts, or what else the answer is held against
 * @param observed what the device answered, of the same rows and columns
 */
public record Comparison(String reference, Grid expected, Grid observed) {
    private static final int WIDE = 512;
    private static final int SQUARE = 256;
    private static final int LINE = 24;

    public Comparison {
        if (expected.rows() != observed.rows() || expected.columns() != observed.columns()) {
            throw new IllegalArgumentException("expected " + expected + ", observed " + observed);
        }
    }

    public Comparison(Grid expected, Grid observed) {
        this("expected", expected, observed);
    }

    /** Number of cells that differ. */
    public long differing() {
        return observed.minus(expected).nonZero();
    }

    public BufferedImage draw() {
        Grid difference = observed.minus(expected);
        Scale both = Scale.spanning(expected, observed);
        HeatMap left = new HeatMap(reference, expected, both);
        HeatMap middle = new HeatMap("observed", observed, both);
        HeatMap right = new HeatMap("difference", difference, Scale.around0(difference));
        if (expected.columns() >= 4 * expected.rows()) {
            int height = Math.min(SQUARE, Math.max(LINE, expected.rows() * 6));
            return Sheet.below(List.of(left.draw(WIDE, height), middle.draw(WIDE, height), right.draw(WIDE, height)));
        }
        int height = Math.min(SQUARE, Math.max(LINE, expected.rows() * LINE));
        return Sheet.beside(
                List.of(left.draw(SQUARE, height), middle.draw(SQUARE, height), right.draw(SQUARE, height)));
    }
}
