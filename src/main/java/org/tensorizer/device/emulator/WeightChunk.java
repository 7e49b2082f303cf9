package org.tensorizer.device.emulator;

/**
 * Eight rows of weights as {@link MultiplyAccumulate} takes them: shorts in two halves. The first half holds inputs 0 and
 * 2 of each lane, row after row, the second half inputs 1 and 3: the low and the high bytes of the rows read as pairs of
 * bytes, so that decoding is a loop over an array, too.
 */
final class WeightChunk {
    /** Rows of weights, each one step of the tensor op. */
    static final int STEPS = 8;

    /** Shorts of a chunk. */
    static final int SIZE = STEPS * ChipParameters.ROW_BYTES;

    /** Shorts of a row in one half. */
    static final int STEP_SIZE = ChipParameters.ROW_BYTES / 2;

    /** Middle of a stored byte, the zero point of symmetric weights: without it products stay small. */
    static final int MIDDLE = 128;

    private static final int HALF = SIZE / 2;

    private WeightChunk() {}

    /** Chunks that hold so many steps. */
    static int count(int steps) {
        return (steps + STEPS - 1) / STEPS;
    }

    static short[][] allocate(int steps) {
        return new short[count(steps)][SIZE];
    }

    /** Where inputs 0 and 2 of a step start in its chunk. */
    static int even(int step) {
        return step % STEPS * STEP_SIZE;
    }

    /** Where inputs 1 and 3 of a step start in its chunk. */
    static int odd(int step) {
        return HALF + even(step);
    }

    /**
     * Decodes stored bytes.
     *
     * @param pairs eight rows, two bytes a number, the first of them low
     * @param chunk each byte minus 128
     */
    static void decode(char[] pairs, short[] chunk) {
        low(pairs, chunk);
        high(pairs, chunk);
    }

    private static void low(char[] pairs, short[] chunk) {
        for (int i = 0; i < pairs.length; i++) {
            chunk[i] = (short) ((pairs[i] & 0xff) - MIDDLE);
        }
    }

    private static void high(char[] pairs, short[] chunk) {
        for (int i = 0; i < pairs.length; i++) {
            chunk[HALF + i] = (short) ((pairs[i] >>> 8) - MIDDLE);
        }
    }
}
