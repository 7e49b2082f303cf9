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
        explore(0, 0, affected, candidates);
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

    /** Spells the word addresses of {@code outputs} among offsets with {@code (offset and mask) == value}. */
    private void explore(int mask, int value, List<Integer> outputs, List<Set<Integer>> candidates) {
        int[] ones = new int[outputs.size()];
        int[] open = new int[outputs.size()];
        boolean[] any = new boolean[outputs.size()];
        for (int bit = WORD_BITS; bit < addressBits; bit++) {
            int at = 1 << bit;
            if ((mask & at) != 0) {
                continue;
            }
            BitSet one = moved(mask | at, value | at);
            BitSet zero = moved(mask | at, value);
            for (int k = 0; k < outputs.size(); k++) {
                boolean inOne = one.get(outputs.get(k));
                boolean inZero = zero.get(outputs.get(k));
                any[k] |= inOne || inZero;
                if (inOne == inZero) {
                    open[k] |= at;
                } else if (inOne) {
                    ones[k] |= at;
                }
            }
            if (mask == 0 && !weightsExcluded && areWide(open)) {
                weightsMoved = disturbance.isStill(OTHER_LOWEST_BITS);
                weightsExcluded = !weightsMoved;
                if (weightsMoved) {
                    return;
                }
            }
        }
        List<Integer> crowded = new ArrayList<>();
        int[] votes = new int[addressBits];
        for (int k = 0; k < outputs.size(); k++) {
            if (!any[k] && mask != 0) {
                continue;
            }
            if (1 << Integer.bitCount(open[k]) <= MAX_WORDS) {
                addWords(value | ones[k], open[k], candidates.get(outputs.get(k)));
            } else {
                crowded.add(outputs.get(k));
                for (int bit = 0; bit < addressBits; bit++) {
                    votes[bit] += open[k] >>> bit & 1;
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
        explore(mask | 1 << split, value, crowded, candidates);
        explore(mask | 1 << split, value | 1 << split, crowded, candidates);
    }

    /** Whether some output moves with more halves than one or two fields side by side would explain: with its weights? */
    private static boolean areWide(int[] open) {
        return Arrays.stream(open).anyMatch(bits -> Integer.bitCount(bits) > 2);
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
}
