package org.tensorizer.recovery;

import java.util.Arrays;

/**
 * Where the header words of each output stand: four bytes each, found by what changing them does. -1 where an output has
 * none.
 *
 * @param scale first byte of the little-endian float32 that multiplies all of the output's sums
 * @param bias first byte of the little-endian int32 added to the output's accumulator
 * @param zeroPoint first byte of the little-endian int32 taken off each of the output's weights
 */
record HeaderWords(int[] scale, int[] bias, int[] zeroPoint) {
    static HeaderWords none(int outputs) {
        int[] absent = new int[outputs];
        Arrays.fill(absent, -1);
        return new HeaderWords(absent, absent.clone(), absent.clone());
    }

    boolean isEmpty() {
        return Arrays.stream(scale).allMatch(word -> word < 0)
                && Arrays.stream(bias).allMatch(word -> word < 0)
                && Arrays.stream(zeroPoint).allMatch(word -> word < 0);
    }

    static boolean any(int[] words) {
        return Arrays.stream(words).anyMatch(word -> word >= 0);
    }
}
