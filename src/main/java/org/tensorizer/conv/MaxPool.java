package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

/**
 * The largest byte of each window, channel by channel; no padding. Scale and zero point stay.
 *
 * @param outputs channels
 * @param zeroPoint stored byte of 0
 */
public record MaxPool(int outputs, Window window, int zeroPoint) implements Step {
    /** Groups of 64 channels. */
    int groups() {
        return ceilDiv(outputs, Convolution.GROUP);
    }

    @Override
    public int inputZeroPoint() {
        return zeroPoint;
    }

    @Override
    public Reach reach() {
        return window;
    }

    @Override
    public String describe() {
        return "maximum " + window;
    }
}
