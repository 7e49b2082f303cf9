package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

/**
 * Memory of a step that hands words on through an identity matrix: its row is the highest of wide memory, its words are
 * made in narrow memory.
 *
 * @param ring rows below it through which an operand passes
 * @param narrowWords of the identity matrix, and of what lies between
 */
public record IdentityPlan(Step step, int ring, int narrowWords) implements StepPlan {
    static final int ROW = WideAreas.ROWS - 1;
    static final int WORDS = 4;

    static IdentityPlan of(Step step) {
        return new IdentityPlan(step, 0, WORDS);
    }

    /** A product row by row: each byte of a row in a word of its own. */
    static IdentityPlan ofProduct(Product step, Image result) {
        return new IdentityPlan(step, 2, WORDS + 4 * result.mostColumns() * result.pixelWords());
    }

    @Override
    public int floor() {
        return ROW - ring;
    }

    @Override
    public int groups() {
        return ceilDiv(step.outputs(), 4);
    }
}
