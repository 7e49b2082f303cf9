package org.tensorizer.experiments;

import java.util.Arrays;
import java.util.Random;
import org.tensorizer.compiler.ConvolutionModel;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;

/** Convolutions that experiments compile, and inputs for them. */
final class RowsOfMatrices {
    static final float SCALE = 1 / 128f;
    static final float WEIGHT_SCALE = 1 / 64f;

    private RowsOfMatrices() {}

    /** An int8 convolution with one weight scale and no bias. @param weights int8, W[out][ky][kx][in] */
    static ConvolutionModel convolution(
            int height, int width, int inputs, int outputs, int kernel, float outputScale, byte[] weights) {
        Convolution layer = new Convolution(
                outputs,
                Window.same(kernel, 1),
                false,
                ParameterFormat.PER_TENSOR_BIAS,
                Activation.NONE,
                new Quantization(SCALE, 128, WEIGHT_SCALE, 128, outputScale, 128));
        ConvolutionPayload.Numbers numbers =
                new ConvolutionPayload.Numbers(TensorDomain.turned(weights), new int[outputs], new float[0]);
        return new ConvolutionModel(height, width, inputs, layer, numbers, TensorType.INT8);
    }

    static byte[] random(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Bytes of one row of a row-major matrix. */
    static byte[] row(byte[] matrix, int row, int columns) {
        return Arrays.copyOfRange(matrix, row * columns, (row + 1) * columns);
    }
}
