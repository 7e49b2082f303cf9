package org.tensorizer.conv;

/** One step of a chain: takes the image the step before gave and gives another. */
public sealed interface Step permits Convolution, MaxPool, Sum {
    /** Channels of the result. */
    int outputs();

    /** What an output pixel reads. */
    Window window();

    /** Stored byte of 0 in the image that the step reads: what lies beyond the edge of the image. */
    int inputZeroPoint();

    /** What it is, for logs and messages. */
    String describe();
}
