package org.tensorizer.compiler;

import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.Requantization;

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
     * @param weights stored bytes (int8: the sign bit turned), W[out][in]
     * @param bias one for each output
     */
    public record Layer(
            int inputs, int outputs, Activation activation, Quantization quantization, byte[] weights, int[] bias) {
        public Layer {
            if (weights.length != (long) inputs * outputs || bias.length != outputs) {
                throw new BadInputException("a fully connected layer of " + inputs + " inputs and " + outputs
                        + " outputs with " + weights.length + " weights and " + bias.length + " biases");
            }
        }

        float multiplier() {
            return Requantization.multiplier(quantization);
        }

        float clampMax() {
            return Requantization.clampMax(quantization, activation);
        }

        float clampMin() {
            return Requantization.clampMin(quantization, activation);
        }
    }

    /** Softmax. Zero points are unsigned. */
    public record Softmax(float inputScale, int inputZeroPoint, float beta, float outputScale, int outputZeroPoint) {}
}
