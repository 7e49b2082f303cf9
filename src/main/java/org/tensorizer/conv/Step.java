package org.tensorizer.conv;

import java.util.List;

/** One step of a chain: takes an image, mostly the one the step before gave, and gives another. */
public sealed interface Step permits Convolution, MaxPool, Sum, Product, Mapping, Concatenation, Enlargement {
    /** Channels of the result. */
    int outputs();

    /** Which pixels of its image the results need. */
    Reach reach();

    /** Stored byte of 0 in the image that the step reads: what lies beyond the edge of the image. */
    int inputZeroPoint();

    /** Images that it reads besides the one it stands on: 0 is the input of the chain, j the result of step j - 1. */
    default List<Integer> others() {
        return List.of();
    }

    /** What it is, for logs and messages. */
    String describe();
}
