package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

/**
 * Rows of wide memory of a maximum: the part it reads, four pixels of a row to one row, one copy for each group of 64
 * channels.
 *
 * @param firstRow first of the rows
 */
public record PoolPlan(MaxPool step, int firstRow) implements StepPlan {
    private static final int MOST_ROWS = 1900;

    static PoolPlan of(MaxPool step, Image result) {
        int columns = read(step.window(), result.mostColumns());
        int rows = read(step.window(), result.y().largest());
        int needed = ceilDiv(columns, 4) * rows * step.groups();
        DoesNotFitException.require(
                needed < MOST_ROWS, "%s needs %d rows of wide memory, at most %d", step.describe(), needed, MOST_ROWS);
        return new PoolPlan(step, WideAreas.ROWS - needed);
    }

    /** Pixels read along an axis for so many outputs. */
    static int read(Window window, int outputs) {
        return window.stride() * outputs + window.kernel() - window.stride();
    }

    @Override
    public int floor() {
        return firstRow;
    }

    @Override
    public int groups() {
        return step.groups();
    }
}
