package org.tensorizer.layout;

import org.tensorizer.base.BadInputException;

/**
 * A rectangle of W[out][in].
 *
 * @param out first output channel
 * @param in first input channel
 * @param outs output channels, at least 1
 * @param ins input channels, at least 1
 */
public record WeightBlock(int out, int in, int outs, int ins) {
    public WeightBlock {
        if (out < 0 || in < 0 || outs < 1 || ins < 1) {
            throw new BadInputException("block of " + outs + " x " + ins + " weights at W[" + out + "][" + in
                    + "], expected at least 1 x 1 at a channel from 0 on");
        }
    }

    /** Such as {@code W[64..127][0..63]}. */
    @Override
    public String toString() {
        return "W[" + out + ".." + (out + outs - 1L) + "][" + in + ".." + (in + ins - 1L) + "]";
    }
}
