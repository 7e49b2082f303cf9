package org.tensorizer.picture;

import java.awt.image.BufferedImage;
import java.util.List;

/**
 * Expected, observed and difference (observed - expected), drawn to be compared: the first two on one scale, the third
 * white where they agree. Vectors and low grids stand one below the other, square ones side by side.
 *
 * @param expected what a hypothesis predicts
 * @param observed what the device answered, of the same rows and columns
 */
public record Comparison(Grid expected, Grid observed) {
    private static final int WIDE = 512;
    private static final int SQUARE = 256;
    private static final int LINE = 24;

    public Comparison {
        if (expected.rows() != observed.rows() || expected.columns() != observed.columns()) {
            throw new IllegalArgumentException("expected " + expected + ", observed " + observed);
        }
    }

    /** Number of cells that differ. */
    public long differing() {
        return observed.minus(expected).nonZero();
    }

    public BufferedImage draw() {
        Grid difference = observed.minus(expected);
        Scale both = Scale.spanning(expected, observed);
        HeatMap left = new HeatMap("expected", expected, both);
        HeatMap middle = new HeatMap("observed", observed, both);
        HeatMap right = new HeatMap("difference", difference, Scale.around0(difference));
        boolean low = expected.columns() >= 4 * expected.rows();
        int width = low ? WIDE : SQUARE;
        int height = Math.min(SQUARE, Math.max(LINE, expected.rows() * (low ? 6 : LINE)));
        return Sheet.of(List.of(left.draw(width, height), middle.draw(width, height), right.draw(width, height)), !low);
    }
}
