package org.tensorizer.conv;

import java.util.List;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.Quantization;

/**
 * The image a step stands on times an older one, byte by byte.
 *
 * @param outputs channels
 * @param older number of the other image
 * @param quantization the other image is the input, the image itself the weights
 */
public record Product(int outputs, int older, Quantization quantization, Activation activation) implements Step {
    float multiplier() {
        return quantization.multiplier();
    }

    float clampMax() {
        return quantization.clampMax(activation);
    }

    float clampMin() {
        return quantization.clampMin(activation);
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
