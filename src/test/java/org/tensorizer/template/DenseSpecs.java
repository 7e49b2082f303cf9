package org.tensorizer.template;

import java.util.Random;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.TensorType;

/** Layers with seeded random numbers whose outputs spread over the whole range. */
final class DenseSpecs {
    private DenseSpecs() {}

    static DenseSpec.Builder random(DenseShape shape, TensorType type, long seed) {
        Random random = new Random(seed);
        byte[] weights = new byte[shape.inputs() * shape.outputs()];
        random.nextBytes(weights);
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] == -128) {
                weights[i] = 127; // symmetric quantization has no -128
            }
        }
        float inputScale = 0.02f + 0.01f * random.nextFloat();
        float weightScale = 0.004f + 0.001f * random.nextFloat();
        // standard deviation of the result, over 60 steps
        float outputScale = (float) (inputScale * weightScale * 74 * 73 * Math.sqrt(shape.inputs()) / 60);
        Quantization quantization = new Quantization(
                inputScale, 100 + random.nextInt(56), weightScale, 128, outputScale, 100 + random.nextInt(56));
        DenseSpec.Builder spec = DenseSpec.of(shape).type(type).weights(weights).quantization(quantization);
        if (shape.format().isPerChannel()) {
            float[] scales = new float[shape.outputs()];
            for (int out = 0; out < scales.length; out++) {
                scales[out] = weightScale * (0.7f + 0.6f * random.nextFloat());
            }
            spec.weightScales(scales);
        }
        if (shape.format().hasBias()) {
            int spread = (int) (74 * 73 * Math.sqrt(shape.inputs()));
            spec.bias(random.ints(shape.outputs(), -spread, spread).toArray());
        }
        return spec;
    }
}
