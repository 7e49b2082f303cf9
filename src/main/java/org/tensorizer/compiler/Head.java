package org.tensorizer.compiler;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.Elementwise;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;

/**
 * What follows the images of a network: the mean over the last one, fully connected layers, a softmax; each may be
 * missing, a softmax stands behind a fully connected layer.
 *
 * @param mean over all pixels
 * @param layers fully connected, in order
 * @param softmax over the outputs of the last of them
 */
public record Head(Optional<Mean> mean, List<Layer> layers, Optional<Softmax> softmax) {
    /** Nothing: the last image is the result. */
    public static final Head NONE = new Head(Optional.empty(), List.of(), Optional.empty());

    public Head {
        layers = List.copyOf(layers);
        if (softmax.isPresent() && layers.isEmpty()) {
            throw new BadInputException("a softmax that does not stand behind a fully connected layer");
        }
    }

    boolean isEmpty() {
        return mean.isEmpty() && layers.isEmpty();
    }

    /**
     * The mean over all pixels. Zero points are unsigned.
     *
     * @param stride of the operator, which compiled programs repeat
     */
    public record Mean(float inputScale, int inputZeroPoint, float outputScale, int outputZeroPoint, int stride) {
        /** From the sum of so many pixels to the output. */
        float multiplier(int pixels) {
            return (inputScale * (1f / pixels)) * (1f / outputScale);
        }
    }

    /**
     * A fully connected layer. Arrays are not copied.
     *
     * @param format which header rows stand in front of its weights; one scale for all goes with a bias
     * @param weights stored bytes (int8: the sign bit turned), W[out][in]
     * @param bias one for each output where the format has biases, else empty
     * @param weightScales one for each output where the format is per channel, else empty
     * @param function of the outputs, where there is one
     */
    public record Layer(
            int inputs,
            int outputs,
            ParameterFormat format,
            Activation activation,
            Quantization quantization,
            byte[] weights,
            int[] bias,
            float[] weightScales,
            Optional<Elementwise> function) {
        public Layer {
            if (weights.length != (long) inputs * outputs
                    || format == ParameterFormat.PER_TENSOR
                    || bias.length != (format.hasBias() ? outputs : 0)
                    || weightScales.length != (format.isPerChannel() ? outputs : 0)) {
                throw new BadInputException("a fully connected layer of " + inputs + " inputs and " + outputs
                        + " outputs, format " + format + ", with " + weights.length + " weights, " + bias.length
                        + " biases and " + weightScales.length + " weight scales");
            }
        }

        /** A layer whose outputs stay as they are. */
        public Layer(
                int inputs,
                int outputs,
                ParameterFormat format,
                Activation activation,
                Quantization quantization,
                byte[] weights,
                int[] bias,
                float[] weightScales) {
            this(inputs, outputs, format, activation, quantization, weights, bias, weightScales, Optional.empty());
        }

        /** The same with a function of its outputs. */
        Layer with(Elementwise mapped) {
            return new Layer(
                    inputs,
                    outputs,
                    format,
                    activation,
                    quantization,
                    weights,
                    bias,
                    weightScales,
                    Optional.of(mapped));
        }

        /** What the sums of each output are multiplied with where the format is per channel, else empty. */
        float[] multipliers() {
            return quantization.channelScales(weightScales);
        }

        /** Stored byte of weight 0. */
        int weightZeroPoint() {
            return format.isPerChannel() ? Quantization.WEIGHT_ZERO_POINT : quantization.weightZeroPoint();
        }

        float clampMax() {
            return quantization.clampMax(activation);
        }

        float clampMin() {
            return quantization.clampMin(activation);
        }
    }

    /** Softmax. Zero points are unsigned. */
    public record Softmax(float inputScale, int inputZeroPoint, float beta, float outputScale, int outputZeroPoint) {
        /**
         * A fully connected layer that gives the numbers it takes, for a softmax that stands behind something else: it puts
         * 64 of them on each tile, where the softmax takes them. Ours; no compiled program has it.
         */
        Layer passing(int classes) {
            byte[] weights = new byte[Math.multiplyExact(classes, classes)];
            Arrays.fill(weights, (byte) Quantization.WEIGHT_ZERO_POINT);
            for (int i = 0; i < classes; i++) {
                weights[i * classes + i] = (byte) (Quantization.WEIGHT_ZERO_POINT + 1);
            }
            Quantization same = new Quantization(
                    inputScale, inputZeroPoint, 1, Quantization.WEIGHT_ZERO_POINT, inputScale, inputZeroPoint);
            return new Layer(
                    classes,
                    classes,
                    ParameterFormat.PER_TENSOR_BIAS,
                    Activation.NONE,
                    same,
                    weights,
                    new int[classes],
                    new float[0]);
        }
    }
}
