package org.tensorizer.conv;

import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Quantization;
import org.tensorizer.layout.BlockLayout;
import org.tensorizer.layout.Header;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.layout.RowLayout;

/** The parameters of a planned convolution, written as its {@link PayloadLayout} has them. */
public final class ConvolutionPayload {
    private ConvolutionPayload() {}

    /**
     * Numbers of a convolution. Arrays are not copied.
     *
     * @param weights stored bytes (int8: the sign bit turned), W[out][ky][kx][in], depthwise W[ky][kx][channel]
     * @param bias one for each output channel where the format has biases, else empty
     * @param weightScales one for each output channel where the format is per channel, else empty
     */
    public record Numbers(byte[] weights, int[] bias, float[] weightScales) {}

    /**
     * Writes the payload of one convolution.
     *
     * @param target {@code 64 * plan.payloadUnits()} bytes are written from {@code at} on
     * @throws BadInputException the numbers do not fit the plan
     */
    public static void write(ConvolutionPlan plan, Numbers numbers, byte[] target, int at) {
        Convolution step = plan.step();
        Quantization quantization = step.quantization();
        boolean hasBias = step.format().hasBias();
        boolean perChannel = step.format().isPerChannel();
        int kernel = step.window().kernel();
        int inputs = step.depthwise() ? 1 : plan.inputs();
        require(step, "weights", numbers.weights().length, (long) step.outputs() * kernel * kernel * inputs);
        require(step, "biases", numbers.bias().length, hasBias ? step.outputs() : 0);
        require(step, "weight scales", numbers.weightScales().length, perChannel ? step.outputs() : 0);
        Header header = new Header(perChannel, hasBias, perChannel);
        PayloadLayout layout = step.depthwise()
                ? new BlockLayout(step.outputs(), kernel, kernel, header)
                : new RowLayout(step.outputs(), kernel, kernel, inputs, header, plan.block(), RowLayout.Rows.PADDED);
        layout.write(
                step.depthwise() ? BlockLayout.transposed(numbers.weights(), kernel * kernel) : numbers.weights(),
                perChannel ? Header.ZERO_POINT : quantization.weightZeroPoint(),
                numbers.bias(),
                quantization.channelScales(numbers.weightScales()),
                target,
                at);
    }

    private static void require(Convolution step, String what, long found, long expected) {
        if (found != expected) {
            throw new BadInputException(step.describe() + ": " + found + " " + what + ", expected " + expected);
        }
    }
}
