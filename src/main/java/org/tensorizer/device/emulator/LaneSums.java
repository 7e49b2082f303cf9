package org.tensorizer.device.emulator;

import java.util.Arrays;

/**
 * Sums of products of one lane with the activations of many positions. The loops are vectorized by the JIT compiler, which
 * needs them short, over whole arrays, with one array written. Words of inputs whose weights are all 0 are left out: an
 * identity matrix or a depthwise convolution has few others.
 */
final class LaneSums {
    /** Inputs after which sums of floats are moved to ints: 256 * 255 * 255 is below 2^24. */
    private static final int EXACT_INPUTS = 256;

    private LaneSums() {}

    /** Sums of one lane over all inputs. */
    static int[] of(Inference.Scratch scratch, float[][] x, float[] weights, int first, int inputs, int width) {
        int[] sums = scratch.sums(width);
        float[] part = scratch.part(width);
        boolean empty = true;
        for (int begin = 0; begin < inputs; begin += EXACT_INPUTS) {
            int end = Math.min(inputs, begin + EXACT_INPUTS);
            boolean any = false;
            for (int k = begin; k < end; k += 4) {
                int at = first + k;
                float w0 = weights[at];
                float w1 = k + 1 < end ? weights[at + 1] : 0;
                float w2 = k + 2 < end ? weights[at + 2] : 0;
                float w3 = k + 3 < end ? weights[at + 3] : 0;
                if (w0 != 0 || w1 != 0 || w2 != 0 || w3 != 0) {
                    if (any) {
                        add(x[k], x[k + 1], x[k + 2], x[k + 3], part, width, w0, w1, w2, w3);
                    } else {
                        set(x[k], x[k + 1], x[k + 2], x[k + 3], part, width, w0, w1, w2, w3);
                    }
                    any = true;
                }
            }
            if (any) {
                fold(part, sums, width, empty);
                empty = false;
            }
        }
        if (empty) {
            Arrays.fill(sums, 0, width, 0);
        }
        return sums;
    }

    private static void add(
            float[] x0,
            float[] x1,
            float[] x2,
            float[] x3,
            float[] sum,
            int width,
            float w0,
            float w1,
            float w2,
            float w3) {
        for (int p = 0; p < width; p++) {
            sum[p] = Math.fma(x0[p], w0, Math.fma(x1[p], w1, Math.fma(x2[p], w2, Math.fma(x3[p], w3, sum[p]))));
        }
    }

    private static void set(
            float[] x0,
            float[] x1,
            float[] x2,
            float[] x3,
            float[] sum,
            int width,
            float w0,
            float w1,
            float w2,
            float w3) {
        for (int p = 0; p < width; p++) {
            sum[p] = Math.fma(x0[p], w0, Math.fma(x1[p], w1, Math.fma(x2[p], w2, x3[p] * w3)));
        }
    }

    private static void fold(float[] part, int[] sums, int width, boolean first) {
        if (first) {
            for (int p = 0; p < width; p++) {
                sums[p] = (int) part[p];
            }
        } else {
            for (int p = 0; p < width; p++) {
                sums[p] += (int) part[p];
            }
        }
    }
}
