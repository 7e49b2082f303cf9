package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

import org.tensorizer.isa.Chip;

/** Where a step works in wide memory and in which order, decided before addresses in narrow memory are. */
public sealed interface StepPlan permits ConvolutionPlan, StepPlan.WithoutParameters {
    ChainStep step();

    /** Lowest row of wide memory that the step works in; parameters lie below. */
    int floor();

    /** Groups of results that the op counts: 64 channels, depthwise 4, of a sum 4. */
    int groups();

    /** Words of narrow memory that the step works in, besides its images. */
    int narrowWords();

    /** The plan of a step that has no parameters: it works in the highest rows of wide memory. */
    record WithoutParameters(ChainStep step, int floor, int groups, int narrowWords) implements StepPlan {
        private static final int MOST_ROWS = 1900;

        /**
         * A maximum: the part it reads, four pixels of a row to one row, one copy for each group of 64 channels.
         *
         * @throws DoesNotFitException these are too many rows
         */
        static WithoutParameters of(ChainStep.MaxPool step, Image result) {
            int columns = step.window().read(result.mostColumns());
            int rows = step.window().read(result.mostRows());
            int needed = ceilDiv(columns, 4) * rows * step.groups();
            DoesNotFitException.require(
                    needed < MOST_ROWS,
                    "%s needs %d rows of wide memory, at most %d",
                    step.describe(),
                    needed,
                    MOST_ROWS);
            return new WithoutParameters(step, Chip.WIDE_ROWS - needed, step.groups(), 0);
        }

        /** A sum: the rows of its factors, whose words are made in narrow memory. */
        static WithoutParameters of(Sum step) {
            return new WithoutParameters(step, SumCode.FIRST_ROW, ceilDiv(step.outputs(), 4), SumCode.FACTOR_WORDS);
        }

        /**
         * A product row by row: behind the identity matrix each byte of a row of pixels in a word of its own; below its row
         * those through which an operand passes.
         */
        static WithoutParameters of(ChainStep.Product step, Image result) {
            int words = IdentityCode.WORDS + 4 * result.mostColumns() * result.pixelWords();
            return new WithoutParameters(step, ProductCode.RING_ROW, ceilDiv(step.outputs(), 4), words);
        }

        /** A step that hands words on through an identity matrix. */
        static WithoutParameters handingOn(ChainStep step) {
            return new WithoutParameters(step, IdentityCode.ROW, ceilDiv(step.outputs(), 4), IdentityCode.WORDS);
        }
    }
}
