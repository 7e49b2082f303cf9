package org.tensorizer.recovery;

import java.util.Arrays;
import java.util.BitSet;

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

    /** Payload offsets of all bytes of all words. */
    BitSet bytes() {
        BitSet bytes = new BitSet();
        for (int[] kind : new int[][] {scale, bias, zeroPoint}) {
            for (int word : kind) {
                if (word >= 0) {
                    bytes.set(word, word + 4);
                }
            }
        }
        return bytes;
    }

    static boolean any(int[] words) {
        return Arrays.stream(words).anyMatch(word -> word >= 0);
    }
}
