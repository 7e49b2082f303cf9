package org.tensorizer.device.emulator;

import java.util.Arrays;

/**
 * Products of a weight block with a vector of activations, exact in int32. Written so that the JIT compiler vectorizes
 * the inner loop: it knows the sum of two products of shorts as one machine instruction (MulAddS2I), and needs a long
 * loop without anything else in it. So activations are repeated for all 64 lanes once a vector, several steps are summed
 * side by side, and the sums are folded at the end of a block.
 *
 * <p>No sum overflows: at most {@code 2080 * 4} inputs of at most {@code 128 * 255} each.
 */
final class MultiplyAccumulate {
    /** Steps side by side. */
    private static final int STEPS = 8;

    /** Sums of a step: two a lane. */
    private static final int PAIRS = ChipParameters.ROW_BYTES / 2;

    private final int[] sums = new int[STEPS * PAIRS];
    private short[] inputs = new short[0];
    private int steps;
    private long total;

    /**
     * Takes a vector of activations.
     *
     * @param arena all activations
     * @param words its words
     * @param zeroPoint subtracted from each
     */
    void take(byte[] arena, int[] words, int zeroPoint) {
        steps = words.length;
        if (inputs.length < steps * ChipParameters.ROW_BYTES) {
            inputs = new short[steps * ChipParameters.ROW_BYTES];
        }
        total = 0;
        for (int step = 0; step < steps; step++) {
            int at = words[step] * ChipParameters.WORD;
            int a = (arena[at] & 0xff) - zeroPoint;
            int b = (arena[at + 1] & 0xff) - zeroPoint;
            int c = (arena[at + 2] & 0xff) - zeroPoint;
            int d = (arena[at + 3] & 0xff) - zeroPoint;
            total += a + b + c + d;
            repeat(inputs, step * ChipParameters.ROW_BYTES, (short) a, (short) b, (short) c, (short) d);
        }
    }

    private static void repeat(short[] inputs, int at, short a, short b, short c, short d) {
        for (int i = at; i < at + ChipParameters.ROW_BYTES; i += ChipParameters.WORD) {
            inputs[i] = a;
            inputs[i + 1] = b;
            inputs[i + 2] = c;
            inputs[i + 3] = d;
        }
    }

    /** Sum of the vector, zero points subtracted. */
    long total() {
        return total;
    }

    /**
     * Multiplies the vector with a block.
     *
     * @param weights 256 a step
     * @param accumulators 64, overwritten
     */
    void multiply(short[] weights, int[] accumulators) {
        Arrays.fill(sums, 0);
        for (int step = 0; step < steps; step += STEPS) {
            int count = Math.min(STEPS, steps - step) * PAIRS;
            add(sums, weights, inputs, step * ChipParameters.ROW_BYTES, count);
        }
        for (int half = STEPS * PAIRS / 2; half >= PAIRS; half /= 2) {
            fold(sums, half);
        }
        for (int lane = 0; lane < ChipParameters.LANES; lane++) {
            accumulators[lane] = sums[2 * lane] + sums[2 * lane + 1];
        }
    }

    private static void add(int[] sums, short[] weights, short[] inputs, int from, int count) {
        for (int i = 0; i < count; i++) {
            sums[i] +=
                    weights[from + 2 * i] * inputs[from + 2 * i] + weights[from + 2 * i + 1] * inputs[from + 2 * i + 1];
        }
    }

    private static void fold(int[] sums, int half) {
        for (int i = 0; i < half; i++) {
            sums[i] += sums[half + i];
        }
    }
}
