package org.tensorizer.template;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
        int[] steps = new int[given.length];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = inputDomain.steps(given[i]);
        }
        Channel[] channels = channels(target.model().copy(target.payload()));
        byte[] answer = new byte[window.outputBytes()];
        int[] pixels = new int[window.taps()];
        int n = 0;
        for (int row = 0; row < window.rows(); row++) {
            for (int column = 0; column < window.columns(); column++) {
                for (int tap = 0; tap < pixels.length; tap++) {
                    pixels[tap] = window.pixel(row, column, tap);
                }
                for (Channel channel : channels) {
                    answer[n++] = channel.answer(steps, pixels);
                }
            }
        }
        return answer;
    }

    private Channel[] channels(byte[] bytes) {
        PayloadLayout layout = layer().layout();
        int at = layer().at();
        byte[] weights = layout.unpack(bytes, at);
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int each = weights.length / layout.outputs();
        Channel[] channels = new Channel[layout.outputs()];
        for (int out = 0; out < channels.length; out++) {
            int zero = layout.header().zeroPoints()
                    ? words.getInt(at + layout.zeroPointOffset(out))
                    : arithmetic.weightZero();
            int[] values = new int[each];
            for (int i = 0; i < each; i++) {
                values[i] = (weights[out * each + i] & 0xff) - zero;
            }
            float scale = arithmetic.multiplier();
            scale *= layout.header().scales() ? words.getFloat(at + layout.scaleOffset(out)) : 1;
            int bias = layout.header().biases() ? words.getInt(at + layout.biasOffset(out)) : 0;
            channels[out] = new Channel(values, bias, scale, depthwise ? out : 0);
        }
        return channels;
    }

    /** One output channel: weights by tap and input channel. */
    private final class Channel {
        private final int[] weights;
        private final int bias;
        private final float scale;
        private final int firstInput;

        Channel(int[] weights, int bias, float scale, int firstInput) {
            this.weights = weights;
            this.bias = bias;
            this.scale = scale;
            this.firstInput = firstInput;
        }

        byte answer(int[] steps, int[] pixels) {
            int inputs = weights.length / pixels.length;
            long sum = bias;
            for (int tap = 0; tap < pixels.length; tap++) {
                if (pixels[tap] >= 0) {
                    int from = pixels[tap] * window.channels() + firstInput;
                    int weight = tap * inputs;
                    for (int in = 0; in < inputs; in++) {
                        sum += (long) weights[weight + in] * steps[from + in];
                    }
                }
            }
            float scaled = Math.min(Math.max(sum * scale, arithmetic.clampMin()), arithmetic.clampMax());
            return (byte) (int) (Math.rint(scaled) + outputDomain.zeroPoint());
        }
    }

    /** Such as {@code p.tflite: CONV_2D 1x1x512 -> 512 on 32x32}. */
    @Override
    public String toString() {
        return name() + ": " + layer().name() + " on " + window.height() + "x" + window.width();
    }
}
