package org.tensorizer.conv;

import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.layout.BlockLayout;
import org.tensorizer.layout.Header;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.layout.RowLayout;

/** The parameters of a planned convolution, written as its {@link PayloadLayout} has them. */
public final class ConvolutionPayload {
    private final ConvolutionPlan plan;
    private final Convolution step;

    private ConvolutionPayload(ConvolutionPlan plan) {
        this.plan = plan;
        this.step = plan.step();
    }

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
        ConvolutionPayload payload = new ConvolutionPayload(plan);
        payload.check(numbers);
        boolean perChannel = plan.step().format().isPerChannel();
        int zero = perChannel ? Header.ZERO_POINT : plan.step().quantization().weightZeroPoint();
        payload.layout()
                .write(
                        payload.channelsFirst(numbers.weights()),
                        zero,
                        numbers.bias(),
                        payload.scales(numbers),
                        target,
                        at);
    }

    private PayloadLayout layout() {
        ParameterFormat format = step.format();
        Header header = new Header(format.isPerChannel(), format.hasBias(), format.isPerChannel());
        int kernel = step.window().kernel();
        return step.depthwise()
                ? new BlockLayout(step.outputs(), kernel, kernel, header)
                : new RowLayout(
                        step.outputs(), kernel, kernel, plan.inputs(), header, plan.block(), RowLayout.Rows.PADDED);
    }

    /** W[out][ky][kx][in], also where the numbers have the channels of a depthwise convolution last. */
    private byte[] channelsFirst(byte[] weights) {
        if (!step.depthwise()) {
            return weights;
        }
        int taps = step.window().taps();
        byte[] turned = new byte[weights.length];
        for (int tap = 0; tap < taps; tap++) {
            for (int channel = 0; channel < step.outputs(); channel++) {
                turned[channel * taps + tap] = weights[tap * step.outputs() + channel];
            }
        }
        return turned;
    }

    /** One multiplier for each weight scale. */
    private float[] scales(Numbers numbers) {
        float[] scales = new float[numbers.weightScales().length];
        for (int channel = 0; channel < scales.length; channel++) {
            scales[channel] = Quantization.multiplier(
                    step.quantization().inputScale(),
                    numbers.weightScales()[channel],
                    step.quantization().outputScale());
        }
        return scales;
    }

    private void check(Numbers numbers) {
        int taps = step.window().taps();
        long weights = (long) step.outputs() * taps * (step.depthwise() ? 1 : plan.inputs());
        require("weights", numbers.weights().length, weights);
        require("biases", numbers.bias().length, step.format().hasBias() ? step.outputs() : 0);
        require("weight scales", numbers.weightScales().length, step.format().isPerChannel() ? step.outputs() : 0);
    }

    private void require(String what, long found, long expected) {
        if (found != expected) {
            throw new BadInputException(step.describe() + ": " + found + " " + what + ", expected " + expected);
        }
    }
}
