package org.tensorizer.experiments;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.gemm.ByteMatrix;
import org.tensorizer.gemm.Gemm;
import org.tensorizer.gemm.GemmCheck.CheckedProduct;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Inputs;
import org.tensorizer.template.DenseTemplate;

/** Seeded matrices for products on a template, and the comparison of what a device made of them. */
final class RandomMatrices {
    /** Standard deviation of the outputs, in steps: most within 8 bits, some beyond. */
    private static final double SPREAD = 55;

    private RandomMatrices() {}

    /** Uniform over {@code -reach..reach}. */
    static ByteMatrix of(int rows, int columns, int reach, long seed) {
        Random random = new Random(seed);
        ByteMatrix matrix = ByteMatrix.zero(rows, columns);
        for (int i = 0; i < matrix.values().length; i++) {
            matrix.values()[i] = (byte) (random.nextInt(2 * reach + 1) - reach);
        }
        return matrix;
    }

    /** Any int8 number. */
    static ByteMatrix int8(int rows, int columns, long seed) {
        ByteMatrix matrix = ByteMatrix.zero(rows, columns);
        new Random(seed).nextBytes(matrix.values());
        return matrix;
    }

    /**
     * How far weights and inputs may reach so that random products spread over the outputs of a template whose factor is
     * in its instructions. Where the factors are in the payload they are set instead, and everything may reach 100.
     */
    static int reach(Gemm gemm) {
        DenseShape shape = gemm.template().shape();
        double accumulator = SPREAD * 3 / Math.sqrt(shape.inputs()); // of numbers reaching 1, variance 1/3 each
        if (shape.format().isPerChannel()) {
            float[] gains = new float[gemm.plan().outputs()];
            Arrays.fill(gains, (float) (accumulator / (100 * 100)));
            gemm.weights().gains(gains);
            return 100;
        }
        return (int) Math.max(
                1, Math.min(100, Math.sqrt(accumulator / gemm.template().multiplier())));
    }

    /** X[vector][in] of tensor bytes whose activations reach so far, as far as the tensor has them. */
    static ByteMatrix batch(DenseTemplate template, int vectors, int inputs, int reach, long seed) {
        Inputs range = Inputs.of(template);
        byte zero = range.zeros()[0];
        Random random = new Random(seed);
        ByteMatrix batch = ByteMatrix.zero(vectors, inputs);
        for (int i = 0; i < batch.values().length; i++) {
            int activation = random.nextInt(2 * reach + 1) - reach;
            batch.values()[i] = (byte) (zero + Math.max(range.min(), Math.min(range.max(), activation)));
        }
        return batch;
    }

    /** Runs a batch and expects what exact arithmetic predicts; a halfway value may be rounded either way. */
    static CheckedProduct expect(String probe, Gemm gemm, ByteMatrix x, Evidence evidence) {
        CheckedProduct product = gemm.applyChecked(x);
        BitSet ties = product.check().ties();
        int outputs = gemm.plan().outputs();
        int parts = gemm.plan().blockColumns();
        for (int vector = 0; vector < x.rows(); vector++) {
            int[] expected = product.expected().row(vector);
            int[] observed = product.product().row(vector);
            for (int out = 0; out < outputs; out++) {
                boolean tie = ties.get(vector * outputs + out);
                if (tie && Math.abs(observed[out] - expected[out]) <= parts) {
                    expected[out] = observed[out];
                }
            }
            evidence.expect(probe + ", vector " + vector, expected, observed);
        }
        evidence.fact(probe, product.check());
        return product;
    }
}
