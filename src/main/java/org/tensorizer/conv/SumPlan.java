package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

/** Rows of wide memory of a sum: the four highest hold its factors. */
public record SumPlan(Sum step) implements StepPlan {
    static final int FIRST_ROW = WideAreas.ROWS - 4;

    @Override
    public int floor() {
        return FIRST_ROW;
    }

    /** Of its factors. */
    @Override
    public int narrowWords() {
        return 16;
    }

    @Override
    public int groups() {
        return ceilDiv(step.outputs(), 4);
    }
}
