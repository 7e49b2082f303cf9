package org.tensorizer.experiments;

import java.util.Random;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;
import org.tensorizer.template.DenseSpec;

/** Dense layers of any shape with seeded random weights, biases and scales, whose outputs spread over the whole range. */
final class SeededLayer {
    private static final float WEIGHT_SCALE = 1 / 127f;

    private SeededLayer() {}

    /** A layer whose input has this scale and zero point, as the output of the layer before it. */
    static DenseSpec.Builder behind(float scale, int zeroPoint, DenseShape shape, long seed) {
        Random random = new Random(seed);
        byte[] weights = new byte[shape.inputs() * shape.outputs()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) (random.nextInt(255) - 127);
        }
        double spread = 74 * 73 * Math.sqrt(shape.inputs()); // of an accumulator, standard deviation
        float outputScale = (float) (scale * WEIGHT_SCALE * spread / 60);
        DenseSpec.Builder layer = DenseSpec.of(shape)
                .weights(weights)
                .quantization(
                        new Quantization(scale, zeroPoint, WEIGHT_SCALE, 128, outputScale, 110 + random.nextInt(30)));
        if (shape.format().isPerChannel()) {
            float[] scales = new float[shape.outputs()];
            for (int out = 0; out < scales.length; out++) {
                scales[out] = WEIGHT_SCALE * (0.7f + 0.6f * random.nextFloat());
            }
            layer.weightScales(scales);
        }
        if (shape.format().hasBias()) {
            layer.bias(random.ints(shape.outputs(), (int) -spread, (int) spread).toArray());
        }
        return layer;
    }

    /** A first layer. */
    static DenseSpec.Builder of(DenseShape shape, long seed) {
        return behind(0.021f, 121, shape, seed);
    }
}
