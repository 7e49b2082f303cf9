package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.tensorizer.dense.DenseProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;

/**
 * A Dense layer with values, its payload packed by the rule of the specification and its outputs by integer arithmetic:
 * nothing of the emulator in it.
 *
 * @param weights stored bytes, W[out][in], 0 to 255
 * @param scales of each output channel, for the per-channel formats
 * @param biases of each output channel, for the formats with bias
 */
record TestDense(DenseShape shape, Quantization quantization, int[][] weights, float[] scales, int[] biases) {
    /** Random everything, zero points off the middle, scaled so that some outputs reach each clamp. */
    static TestDense random(DenseShape shape, long seed) {
        Random random = new Random(seed);
        int[][] weights = new int[shape.outputs()][shape.inputs()];
        for (int[] row : weights) {
            Arrays.setAll(row, i -> random.nextInt(256));
        }
        float multiplier = (float) (1 / (60 * Math.sqrt(shape.inputs())));
        float[] scales = new float[shape.outputs()];
        int[] biases = new int[shape.outputs()];
        for (int out = 0; out < scales.length; out++) {
            scales[out] = multiplier * (0.5f + random.nextFloat());
            biases[out] = (int) (random.nextGaussian() * 3000 * Math.sqrt(shape.inputs()));
        }
        float outputScale = 0.02f + random.nextFloat() / 20;
        float inputScale = 0.01f + random.nextFloat() / 20;
        Quantization quantization = new Quantization(
                inputScale,
                110 + random.nextInt(30),
                multiplier * outputScale / inputScale,
                128,
                outputScale,
                110 + random.nextInt(30));
        return new TestDense(shape, quantization, weights, scales, biases);
    }

    /** The same weight for all, stored byte {@code value}. */
    static TestDense constant(int n, int value, Quantization quantization) {
        int[][] weights = new int[n][n];
        for (int[] row : weights) {
            Arrays.fill(row, value);
        }
        return new TestDense(
                DenseShape.square(n, ParameterFormat.PER_TENSOR), quantization, weights, new float[n], new int[n]);
    }

    TestDense withQuantization(Quantization other) {
        return new TestDense(shape, other, weights, scales, biases);
    }

    TestPackage compiled() {
        return new TestPackage(
                DenseProgram.parameterCaching(shape),
                DenseProgram.executionOnly(shape, quantization),
                payload(),
                shape.inputs(),
                shape.outputs());
    }

    byte[] payload() {
        int steps = (shape.inputs() + 3) / 4;
        int rowBytes = (4 * Math.min(64, shape.outputs()) + 63) / 64 * 64;
        int groups = (shape.outputs() + 63) / 64;
        ByteBuffer payload = ByteBuffer.allocate(groups * (shape.format().headerRows() + steps) * rowBytes)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int group = 0; group < groups; group++) {
            int first = 64 * group;
            int lanes = Math.min(64, (shape.outputs() - first + 3) / 4 * 4);
            int at = payload.position();
            int header = shape.format().headerRows();
            for (int lane = 0; lane < lanes; lane++) {
                boolean real = first + lane < shape.outputs();
                int row = 0;
                if (shape.format().isPerChannel()) {
                    payload.putFloat(at + row++ * rowBytes + 4 * lane, scales[real ? first + lane : 0]);
                }
                if (shape.format().hasBias()) {
                    payload.putInt(at + row++ * rowBytes + 4 * lane, real ? biases[first + lane] : 0);
                }
                if (shape.format().isPerChannel()) {
                    payload.putInt(at + row * rowBytes + 4 * lane, 128);
                }
                for (int in = 0; in < 4 * steps; in++) {
                    boolean cell = real && in < shape.inputs();
                    payload.put(at + (header + in / 4) * rowBytes + 4 * lane + in % 4, (byte)
                            (cell ? weights[first + lane][in] : 128));
                }
            }
            payload.position(at + (header + steps) * rowBytes);
        }
        return payload.array();
    }

    byte[] randomInput(Random random) {
        byte[] in = new byte[shape.inputs()];
        random.nextBytes(in);
        return in;
    }

    /** acc = sum (w - 128)(x - zx) + bias; y = clamp(round(f32(acc) * scale)) + zy. */
    byte[] expected(byte[] in) {
        byte[] expected = new byte[shape.outputs()];
        float max = quantization.clampMax(shape.activation());
        float min = quantization.clampMin(shape.activation());
        for (int out = 0; out < expected.length; out++) {
            long acc = shape.format().hasBias() ? biases[out] : 0;
            for (int i = 0; i < in.length; i++) {
                acc += (long) (weights[out][i] - 128) * ((in[i] & 0xff) - quantization.inputZeroPoint());
            }
            float scale = shape.format().isPerChannel() ? scales[out] : quantization.multiplier();
            float scaled = Math.min(Math.max((float) acc * scale, min), max);
            expected[out] = (byte) ((int) Math.rint(scaled) + quantization.outputZeroPoint());
        }
        return expected;
    }
}
