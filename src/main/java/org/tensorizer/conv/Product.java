package org.tensorizer.conv;

import java.util.List;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.Requantization;

/**
 * The image a step stands on times an older one, byte by byte.
 *
 * @param outputs channels
 * @param older number of the other image
 * @param quantization the other image is the input, the image itself the weights
 */
public record Product(int outputs, int older, Quantization quantization, Activation activation) implements Step {
    float multiplier() {
        return Requantization.multiplier(quantization);
    }

    float clampMax() {
        return Requantization.clampMax(quantization, activation);
    }

    float clampMin() {
        return Requantization.clampMin(quantization, activation);
    }

    @Override
    public Reach reach() {
        return Window.POINT;
    }

    @Override
    public List<Integer> others() {
        return List.of(older);
    }

    @Override
    public int inputZeroPoint() {
        return quantization.weightZeroPoint();
    }

    @Override
    public String describe() {
        return "product with image " + older;
    }
}
