package org.tensorizer.conv;

/** Which pixels along an axis the outputs of a step need, counted over the whole image; the edge may be left. */
public sealed interface Reach permits Window, Doubling {
    /** Outputs along an axis of so many pixels. */
    int outputs(int pixels);

    /** First pixel that output number {@code output} reads of an axis of so many pixels; negative beyond the edge. */
    int first(int pixels, int output);

    /** Last pixel that output number {@code output} reads. */
    int last(int pixels, int output);

    /** Whether the tile that computes an output may need pixels of its neighbours. */
    boolean reachesOver();
}
