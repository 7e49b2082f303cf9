package org.tensorizer.network.transplant;

import java.util.List;
import java.util.Random;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.ChainSpec;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.SourceModelWriter;

/** Two Dense layers with numbers from a seed, as a source and as the project assembles it: no real model is needed. */
public final class AssembledNetwork {
    private AssembledNetwork() {}

    /** The source. */
    public static TfliteModel source(int seed, boolean perChannel) {
        return TfliteModel.parse("source " + seed, SourceModelWriter.write(chain(seed, perChannel)));
    }

    /** The same, compiled. */
    public static TfliteModel compiled(int seed, boolean perChannel) {
        return TfliteModel.parse("compiled " + seed, CompiledModelWriter.write(chain(seed, perChannel)));
    }

    private static ChainSpec chain(int seed, boolean perChannel) {
        Random random = new Random(seed);
        ParameterFormat format = ParameterFormat.of(perChannel, true);
        float middle = 0.02f + 0.02f * random.nextFloat();
        int zero = random.nextInt(100);
        DenseSpec first = layer(
                random,
                new DenseShape(64, 90, format, Activation.RELU),
                0.01f * (1 + random.nextFloat()),
                120 + seed,
                middle,
                zero,
                seed);
        DenseSpec second = layer(
                random,
                new DenseShape(90, 10, format, Activation.NONE),
                middle,
                zero,
                0.1f * (1 + random.nextFloat()),
                130,
                seed);
        return new ChainSpec(List.of(first, second));
    }

    private static DenseSpec layer(
            Random random,
            DenseShape shape,
            float inputScale,
            int inputZero,
            float outputScale,
            int outputZero,
            int seed) {
        byte[] weights = new byte[shape.outputs() * shape.inputs()];
        random.nextBytes(weights);
        int[] bias = random.ints(shape.outputs(), -500, 500).toArray();
        float[] scales = new float[shape.outputs()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = 0.001f + 0.001f * random.nextFloat();
        }
        boolean perChannel = shape.format().isPerChannel();
        Quantization quantization = new Quantization(
                inputScale,
                inputZero,
                perChannel ? 1 : scales[0],
                Quantization.WEIGHT_ZERO_POINT,
                outputScale,
                outputZero);
        return DenseSpec.of(shape)
                .type(TensorType.INT8)
                .quantization(quantization)
                .weights(weights)
                .weightScales(perChannel ? scales : new float[0])
                .bias(bias)
                .token(1000 + seed)
                .build();
    }
}
