package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds header words before any weight is known. Flipping the lowest bit of a byte is harmless to a weight, which moves
 * by one, and anything but harmless to the upper bytes of a scale, a bias or a zero point. So the lowest bit is flipped in
 * half of the payload at a time, the half being given by one bit of the offset; which halves move an output out of
 * proportion spells, bit by bit, where its header words stand. Then each candidate word is judged by its own effect.
 */
final class HeaderSearch {
    private static final int MAX_WORDS = 16;
    private static final int WORD_BITS = 2;

    /** Where a weight's lowest bit may be if not in bit 0: at the other end, or in the other nibble. */
    private static final int[] OTHER_LOWEST_BITS = {0x80, 0x10};

    private final Interview talk;
    private final byte[] original;
    private final int addressBits;
    private final Disturbance disturbance;
    private boolean weightsMoved;
    private boolean weightsExcluded;

    HeaderSearch(Interview talk, byte[] original) {
        this.talk = talk;
        this.original = original;
        this.disturbance = new Disturbance(talk, original);
        this.addressBits = 32 - Integer.numberOfLeadingZeros(Math.max(1, original.length - 1));
    }

    HeaderWords find() {
        int outputs = talk.output().channels();
        List<Integer> affected = moved(0, 0).stream().boxed().toList();
        if (affected.isEmpty()) {
            return HeaderWords.none(outputs);
        }
        List<Set<Integer>> candidates = new ArrayList<>();
        for (int out = 0; out < outputs; out++) {
            candidates.add(new LinkedHashSet<>());
        }
        Spelling[] nothing = new Spelling[outputs];
        Arrays.fill(nothing, new Spelling(0, -1 >>> 1));
        explore(0, 0, affected, nothing, candidates);
        if (weightsMoved) {
            return HeaderWords.none(outputs);
        }
        HeaderWords words = new HeaderJudge(talk, original, disturbance).judge(candidates);
        return movesBeside(words) && disturbance.isStill(OTHER_LOWEST_BITS) ? HeaderWords.none(outputs) : words;
    }

    /** Whether flipping all lowest bits but those of the words found still moves an output out of proportion. */
    private boolean movesBeside(HeaderWords words) {
        BitSet found = words.bytes();
        byte[] payload = lowestBits(0, 0);
        found.stream().forEach(offset -> payload[offset] = original[offset]);
        return !disturbance.moved(payload).isEmpty();
    }

    /** Which outputs move out of proportion when the lowest bit is flipped where (offset and mask) equals value. */
    private BitSet moved(int mask, int value) {
        return disturbance.moved(lowestBits(mask, value));
    }

    private byte[] lowestBits(int mask, int value) {
        byte[] payload = original.clone();
        for (int offset = 0; offset < payload.length; offset++) {
            if ((offset & mask) == value) {
                payload[offset] ^= 1;
            }
        }
        return payload;
    }

    /**
     * Spells the word addresses of outputs among offsets with {@code (offset and mask) == value}.
     *
     * @param spelled by output: which address bits are still to be read, and the value of the others
     */
    private void explore(
            int mask, int value, List<Integer> outputs, Spelling[] spelled, List<Set<Integer>> candidates) {
        int toRead = 0;
        for (int out : outputs) {
            toRead |= spelled[out].open;
        }
        toRead &= ~mask;
        Spelling[] now = new Spelling[spelled.length];
        boolean[] any = new boolean[spelled.length];
        for (int out : outputs) {
            now[out] = new Spelling(spelled[out].ones & ~mask | value, 0);
        }
        for (int bit = WORD_BITS; bit < addressBits; bit++) {
            int at = 1 << bit;
            if ((toRead & at) == 0) {
                continue;
            }
            BitSet one = moved(mask | at, value | at);
            BitSet zero = moved(mask | at, value);
            for (int out : outputs) {
                any[out] |= one.get(out) || zero.get(out);
                if ((spelled[out].open & at) != 0) {
                    now[out] = now[out].with(at, one.get(out), zero.get(out));
                }
            }
            if (mask == 0 && !weightsExcluded && areWide(outputs, now)) {
                weightsMoved = disturbance.isStill(OTHER_LOWEST_BITS);
                weightsExcluded = !weightsMoved;
                if (weightsMoved) {
                    return;
                }
            }
        }
        List<Integer> crowded = new ArrayList<>();
        int[] votes = new int[addressBits];
        for (int out : outputs) {
            if (!any[out] && mask != 0) {
                continue;
            }
            if (1 << Integer.bitCount(now[out].open) <= MAX_WORDS) {
                addWords(now[out].ones, now[out].open, candidates.get(out));
            } else {
                crowded.add(out);
                for (int bit = 0; bit < addressBits; bit++) {
                    votes[bit] += now[out].open >>> bit & 1;
                }
            }
        }
        if (crowded.isEmpty() || Integer.bitCount(mask) >= 4) {
            return;
        }
        int split = 0;
        for (int bit = 0; bit < addressBits; bit++) {
            if (votes[bit] >= votes[split]) {
                split = bit;
            }
        }
        explore(mask | 1 << split, value, crowded, now, candidates);
        explore(mask | 1 << split, value | 1 << split, crowded, now, candidates);
    }

    /** What is known of the addresses of an output's words: bits that may be either way, and the ones among the others. */
    private record Spelling(int ones, int open) {
        Spelling with(int at, boolean inOne, boolean inZero) {
            return inOne == inZero ? new Spelling(ones, open | at) : new Spelling(inOne ? ones | at : ones, open);
        }
    }

    /** Whether some output moves with more halves than one or two fields side by side would explain: with its weights? */
    private static boolean areWide(List<Integer> outputs, Spelling[] spelled) {
        return outputs.stream().anyMatch(out -> Integer.bitCount(spelled[out].open) > 2);
    }

    /** All addresses with the known bits, the open ones either way. */
    private void addWords(int known, int open, Set<Integer> words) {
        for (int subset = open; ; subset = (subset - 1) & open) {
            int word = known | subset;
            if (word + 4 <= original.length) {
                words.add(word);
            }
            if (subset == 0) {
                return;
            }
        }
    }

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
}
