package org.tensorizer.compiler;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorizer.compiler.Element.ImageStep;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.OperatorOptions.Padding;
import org.tensorizer.template.OperatorNumbers;

/**
 * Reads CONV_2D and DEPTHWISE_CONV_2D on images.
 *
 * <p>The chip's depthwise programs have one output for each channel and a window of more than one pixel. Other depthwise
 * convolutions become ordinary ones whose weights for the other channels are zero. On one channel that is what
 * edgetpu_compiler does; on several it is ours.
 */
final class ConvolutionReader {
    /** Beyond, the zeros cost more steps than depthwise would: 64 outputs x 4 inputs a step, depthwise 4 outputs. */
    private static final int MOST_CHANNELS = 64;

    private final OperatorView view;
    private final Operator operator;
    private final OperatorNumbers numbers;
    private final int channels;
    private final int kernel;

    /** @param channels of the image that it reads */
    ConvolutionReader(OperatorView view, Operator operator, int channels) {
        this.view = view;
        this.operator = operator;
        this.numbers = new OperatorNumbers(view.model(), operator);
        List<Integer> shape = numbers.weightShape();
        if (shape.size() != 4 || !shape.get(1).equals(shape.get(2))) {
            throw view.refuse(operator, "has weights of shape " + shape + ", expected a square window");
        }
        this.channels = channels;
        this.kernel = shape.get(1);
    }

    /**
     * Reads it.
     *
     * @param source number of the image that it reads
     * @param padding a PAD in front of the operator
     */
    ImageStep read(int source, Optional<Operator> padding) {
        return operator.name().equals("CONV_2D") ? ordinary(source, padding) : depthwise(source, padding);
    }

    private ImageStep ordinary(int source, Optional<Operator> padding) {
        List<Integer> shape = numbers.weightShape();
        if (shape.get(3) != channels) {
            throw view.refuse(
                    operator,
                    "has weights of shape " + shape + " for " + channels + " channels; groups are not covered");
        }
        return step(source, padding, shape.get(0), 0, false, numbers.chipWeights());
    }

    private ImageStep depthwise(int source, Optional<Operator> padding) {
        List<Integer> shape = numbers.weightShape();
        int outputs = shape.get(3);
        if (shape.get(0) != 1 || outputs % channels != 0) {
            throw view.refuse(
                    operator,
                    "has weights of shape " + shape + " for " + channels
                            + " channels, expected [1, height, width, a multiple of the channels]");
        }
        if (outputs == channels && kernel > 1) {
            return step(source, padding, outputs, 3, true, numbers.chipWeights());
        }
        if (channels > MOST_CHANNELS) {
            throw view.refuse(
                    operator,
                    "has a window of " + kernel + " and " + outputs / channels + " outputs for each of " + channels
                            + " channels, which is covered for at most " + MOST_CHANNELS
                            + " channels, as an ordinary convolution with zeros");
        }
        return step(source, padding, outputs, 3, false, spread(outputs));
    }

    /** W[out][ky][kx][in] of W[ky][kx][out]: output number i is made of channel i / multiplier alone. */
    private byte[] spread(int outputs) {
        byte[] own = numbers.chipWeights();
        float[] scales = numbers.weightScales(outputs, 3);
        int taps = kernel * kernel;
        byte[] all = new byte[Math.multiplyExact(own.length, channels)];
        Arrays.fill(all, (byte) numbers.quantization(scales).weightZeroPoint());
        for (int out = 0; out < outputs; out++) {
            for (int tap = 0; tap < taps; tap++) {
                all[(out * taps + tap) * channels + out / (outputs / channels)] = own[tap * outputs + out];
            }
        }
        return all;
    }

    /** @param dimension of the outputs in the shape of the weights */
    private ImageStep step(
            int source, Optional<Operator> padding, int outputs, int dimension, boolean depthwise, byte[] weights) {
        OperatorOptions.Convolution options = view.options(operator, OperatorOptions.Convolution.class);
        if (options.strideY() != options.strideX() || options.dilationY() > 1 || options.dilationX() > 1) {
            throw view.refuse(
                    operator,
                    "has strides " + options.strideY() + ", " + options.strideX() + " and dilations "
                            + options.dilationY() + ", " + options.dilationX()
                            + ", expected one stride and no dilation");
        }
        boolean valid = options.padding() == Padding.VALID && kernel > 1;
        if (padding.isPresent()) {
            view.requireSame(operator, padding.get(), kernel, options.strideY(), valid);
            valid = false;
        }
        Parameters parameters = Parameters.of(numbers, outputs, dimension, weights);
        Convolution step = new Convolution(
                outputs,
                new Window(kernel, options.strideY(), valid),
                depthwise,
                parameters.format(),
                numbers.activation(options.activation()),
                parameters.quantization());
        return new ImageStep(step, source, Optional.of(parameters.numbers()));
    }

    /** What a layer computes with; where weights have scales of their own, biases that are all zero are left out. */
    record Parameters(ParameterFormat format, Quantization quantization, ConvolutionPayload.Numbers numbers) {
        /** @param dimension of the outputs in the shape of the weights */
        static Parameters of(OperatorNumbers operator, int outputs, int dimension, byte[] weights) {
            float[] scales = operator.weightScales(outputs, dimension);
            boolean perChannel = scales.length > 1;
            int[] bias = operator.bias(outputs, dimension).orElse(new int[outputs]);
            boolean hasBias = !perChannel || Arrays.stream(bias).anyMatch(value -> value != 0);
            return new Parameters(
                    ParameterFormat.of(perChannel, hasBias),
                    operator.quantization(scales),
                    new ConvolutionPayload.Numbers(
                            weights, hasBias ? bias : new int[0], perChannel ? scales : new float[0]));
        }
    }
}
