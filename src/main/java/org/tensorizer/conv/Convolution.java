package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;
import static org.tensorizer.conv.Arithmetic.roundUp;

import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.isa.Chip;

/**
 * A convolution over all input channels, or over each channel by itself (depthwise, multiplier 1). A 1x1 convolution is a
 * matrix product: one row for each pixel.
 *
 * @param outputs output channels; depthwise: the channels
 * @param format which header rows stand before the weights; depthwise convolutions have some
 * @param quantization scales and zero points; the weight scale and zero point count for the per-tensor formats alone
 */
public record Convolution(
        int outputs,
        Window window,
        boolean depthwise,
        ParameterFormat format,
        Activation activation,
        Quantization quantization)
        implements ChainStep {
    /** Output channels that a tile computes at a time. */
    public static final int GROUP = Chip.LANES;

    public Convolution {
        if (outputs < 1) {
            throw new BadInputException("a convolution of " + outputs + " output channels, expected 1 or more");
        }
        if (depthwise && (format == ParameterFormat.PER_TENSOR || window.kernel() == 1)) {
            throw new DoesNotFitException("a depthwise convolution of "
                    + (window.kernel() == 1 ? "1x1" : "no bias and one weight scale")
                    + ", expected a larger kernel and header rows (a bias of zeros will do)");
        }
    }

    /** Rows in front of the weights of a group: scales, biases, zero points, as the format says. */
    public int headerRows() {
        return format.headerRows();
    }

    /** Groups of 64 output channels, of 4 where depthwise. */
    public int groups() {
        return ceilDiv(outputs, depthwise ? 4 : GROUP);
    }

    /** Lanes of a group. */
    int lanes() {
        return depthwise ? 4 : Math.min(GROUP, roundUp(outputs, 4));
    }

    /** Lanes of the last group. */
    int lastLanes() {
        return depthwise ? 4 : roundUp(outputs - GROUP * (groups() - 1), 4);
    }

    /** Bytes of a row of parameters where it is kept. */
    public int rowBytes() {
        return depthwise ? 256 : roundUp(4 * lanes(), 64);
    }

    @Override
    public int inputZeroPoint() {
        return quantization.inputZeroPoint();
    }

    @Override
    public Reach reach() {
        return window;
    }

    @Override
    public String describe() {
        return (depthwise ? "depthwise " : "convolution ") + window + " to " + outputs + " channels";
    }
}
