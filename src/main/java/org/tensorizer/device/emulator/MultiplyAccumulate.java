package org.tensorizer.device.emulator;

import java.util.Arrays;

/**
 * Products of a weight block with a vector of activations, exact in int32. Written so that the JIT compiler vectorizes
 * the inner loop: it knows the sum of two products of shorts as one machine instruction (MulAddS2I), and needs a long
 * loop over whole arrays without anything else in it. So activations are repeated for all 64 lanes once a vector, several
 * steps make up a {@link WeightChunk} and are summed side by side, and the sums are folded at the end of a block.
 *
 * <p>No sum overflows: at most {@code 2080 * 4} inputs of at most {@code 128 * 255} each.
 */
final class MultiplyAccumulate {
    private final int[] sums = new int[WeightChunk.SIZE / 2];
    private short[][] inputs = {};
    private int chunks;
    private long total;

    /**
     * Takes a vector of activations.
     *
     * @param arena all activations
     * @param words its words
     * @param zeroPoint subtracted from each
     */
    void take(byte[] arena, int[] words, int zeroPoint) {
        chunks = WeightChunk.count(words.length);
        if (inputs.length < chunks) {
            inputs = WeightChunk.allocate(words.length);
        }
        total = 0;
        for (int step = 0; step < words.length; step++) {
            int at = words[step] * ChipParameters.WORD;
            int a = (arena[at] & 0xff) - zeroPoint;
            int b = (arena[at + 1] & 0xff) - zeroPoint;
            int c = (arena[at + 2] & 0xff) - zeroPoint;
            int d = (arena[at + 3] & 0xff) - zeroPoint;
            total += a + b + c + d;
            short[] chunk = inputs[step / WeightChunk.STEPS];
            repeat(chunk, WeightChunk.even(step), (short) a, (short) c);
            repeat(chunk, WeightChunk.odd(step), (short) b, (short) d);
        }
    }

    private static void repeat(short[] chunk, int at, short first, short second) {
        for (int i = at; i < at + WeightChunk.STEP_SIZE; i += 2) {
            chunk[i] = first;
            chunk[i + 1] = second;
        }
    }

    /** Sum of the vector, zero points subtracted. */
    long total() {
        return total;
    }

    /**
     * Multiplies the vector with a block.
     *
     * @param weights chunks; what lies behind the steps of the vector is 0
     * @return the accumulators of the 64 lanes, in front of other numbers, valid until the next call
     */
    int[] multiply(short[][] weights) {
        Arrays.fill(sums, 0);
        for (int chunk = 0; chunk < chunks; chunk++) {
            add(sums, weights[chunk], inputs[chunk]);
        }
        for (int half = sums.length / 2; half >= ChipParameters.LANES; half /= 2) {
            fold(sums, half);
        }
        return sums;
    }

    private static void add(int[] sums, short[] weights, short[] inputs) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += weights[2 * i] * inputs[2 * i] + weights[2 * i + 1] * inputs[2 * i + 1];
        }
    }

    private static void fold(int[] sums, int half) {
        for (int i = 0; i < half; i++) {
            sums[i] += sums[half + i];
        }
    }
}
