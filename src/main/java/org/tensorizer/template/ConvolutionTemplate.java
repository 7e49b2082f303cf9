package org.tensorizer.template;

import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.patch.PatchTarget;

/**
 * A compiled convolution, dense or depthwise, whose payload one may change: a product of as many rows as the image has
 * pixels where the kernel is 1x1.
 *
 * <p>Immutable and thread-safe.
 *
 * @param target with the layer
 * @param depthwise whether each output channel reads its own input channel alone
 */
public record ConvolutionTemplate(
        PatchTarget target,
        KernelWindow window,
        TensorDomain inputDomain,
        TensorDomain outputDomain,
        Arithmetic arithmetic,
        boolean depthwise)
        implements LayerTemplate {
    /**
     * The numbers of the program.
     *
     * @param multiplier from accumulator to output steps; 1 where scales stand in the payload
     * @param weightZero zero point of the weights as the chip stores them, where none stand in the payload
     * @param clampMin of the scaled accumulator, before the output zero point is added
     * @param clampMax likewise
     */
    public record Arithmetic(float multiplier, int weightZero, float clampMin, float clampMax) {}

    @Override
    public String name() {
        return target.model().name();
    }

    @Override
    public byte[] expected(byte[] given) {
        if (given.length != window.inputBytes()) {
            throw new IllegalArgumentException("input of " + given.length + " bytes, expected " + window.inputBytes());
        }
        DenseArithmetic layerArithmetic = layerArithmetic();
        byte[] answer = new byte[window.outputBytes()];
        int n = 0;
        for (int row = 0; row < window.rows(); row++) {
            for (int column = 0; column < window.columns(); column++) {
                int[] steps = steps(given, row, column);
                for (int out = 0; out < window.outputs(); out++) {
                    answer[n++] = layerArithmetic.answer(out, steps, depthwise ? out * window.taps() : 0);
                }
            }
        }
        return answer;
    }

    private DenseArithmetic layerArithmetic() {
        PayloadLayout layout = layer().layout();
        byte[] payload = target.model().copy(target.payload());
        byte[] weights = TensorDomain.turned(layout.unpack(payload, layer().at()));
        return new DenseArithmetic(
                weights.length / layout.outputs(),
                inputDomain.zeroPoint(),
                outputDomain.zeroPoint(),
                arithmetic.clampMin(),
                arithmetic.clampMax(),
                DenseArithmetic.Channels.of(
                        layout, weights, payload, layer().at(), arithmetic.multiplier(), arithmetic.weightZero()));
    }

    /** What an output pixel reads, by tap and channel, of a depthwise layer by channel and tap; 0 beyond the edge. */
    private int[] steps(byte[] given, int row, int column) {
        int channels = window.channels();
        int[] steps = new int[window.taps() * channels];
        for (int tap = 0; tap < window.taps(); tap++) {
            int pixel = window.pixel(row, column, tap);
            for (int in = 0; in < channels && pixel >= 0; in++) {
                int to = depthwise ? in * window.taps() + tap : tap * channels + in;
                steps[to] = inputDomain.steps(given[pixel * channels + in]);
            }
        }
        return steps;
    }

    /** Such as {@code p.tflite: CONV_2D 1x1x512 -> 512 on 32x32}. */
    @Override
    public String toString() {
        return name() + ": " + layer().name() + " on " + window.height() + "x" + window.width();
    }
}
