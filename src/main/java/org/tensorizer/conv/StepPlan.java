package org.tensorizer.conv;

/** Where a step works in wide memory and in which order, decided before addresses in narrow memory are. */
public sealed interface StepPlan permits ConvolutionPlan, PoolPlan, SumPlan, IdentityPlan {
    Step step();

    /** Lowest row of wide memory that the step works in; parameters lie below. */
    int floor();

    /** Groups of results that the op counts: 64 channels, depthwise 4, of a sum 4. */
    int groups();

    /** Words of narrow memory that the step works in, besides its images. */
    default int narrowWords() {
        return 0;
    }
}
