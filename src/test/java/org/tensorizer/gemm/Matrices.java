package org.tensorizer.gemm;

import java.util.Random;
import org.tensorizer.dense.Quantization;

/** Matrices for tests, and products computed in the plainest way. */
final class Matrices {
    private Matrices() {}

    static ByteMatrix random(int rows, int columns, long seed) {
        byte[] values = new byte[rows * columns];
        new Random(seed).nextBytes(values);
        return ByteMatrix.of(rows, columns, values);
    }

    static ByteMatrix constant(int rows, int columns, int value) {
        ByteMatrix matrix = ByteMatrix.zero(rows, columns);
        java.util.Arrays.fill(matrix.values(), (byte) value);
        return matrix;
    }

    /** Scales with which random int8 numbers spread over the outputs; zero points as int8 tensors have them. */
    static Quantization quantization(int inputs, int inputZeroPoint, int outputZeroPoint) {
        float outputScale = (float) (0.02f * 0.004f * 74 * 74 * Math.sqrt(inputs) / 50);
        return new Quantization(0.02f, inputZeroPoint + 128, 0.004f, 128, outputScale, outputZeroPoint + 128);
    }

    /** X W^T in 64 bits. */
    static long[][] product(ByteMatrix w, ByteMatrix x) {
        long[][] y = new long[x.rows()][w.rows()];
        for (int v = 0; v < x.rows(); v++) {
            for (int o = 0; o < w.rows(); o++) {
                for (int i = 0; i < w.columns(); i++) {
                    y[v][o] += (long) w.at(o, i) * x.at(v, i);
                }
            }
        }
        return y;
    }

    /** What int8 tiles must answer together: every part scaled, clamped and rounded, then added. */
    static IntMatrix steps(Gemm gemm, ByteMatrix w, ByteMatrix x) {
        Quantization q = gemm.template().quantization();
        int zx = q.inputZeroPoint() - 128;
        int zy = q.outputZeroPoint() - 128;
        int width = gemm.template().shape().inputs();
        float scale = (q.inputScale() * q.weightScale()) * (1f / q.outputScale());
        IntMatrix y = IntMatrix.zero(x.rows(), w.rows());
        for (int v = 0; v < x.rows(); v++) {
            for (int o = 0; o < w.rows(); o++) {
                for (int left = 0; left < w.columns(); left += width) {
                    long sum = 0;
                    for (int i = left; i < Math.min(w.columns(), left + width); i++) {
                        sum += (long) w.at(o, i) * (x.at(v, i) - zx);
                    }
                    double step = Math.rint(sum * scale);
                    y.values()[v * w.rows() + o] += (int) Math.min(Math.max(step, -128 - zy), 127 - zy);
                }
            }
        }
        return y;
    }
}
