package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.tensorizer.layout.CellMap;
import org.tensorizer.layout.Formula;
import org.tensorizer.layout.FormulaFit;
import org.tensorizer.layout.FormulaFitter;

/**
 * Finds header words before any weight is known. Flipping the lowest bit of a byte is harmless to a weight, which moves
 * by one, and anything but harmless to the upper bytes of a scale, a bias or a zero point. So the lowest bit is flipped in
 * half of the payload at a time, the half being given by one bit of the offset; which halves move an output out of
 * proportion spells, bit by bit, where its header words stand. Then each candidate word is judged by its own effect.
 */
final class HeaderSearch {
    private static final int MAX_WORDS = 16;
    private static final int TOTAL = 100;
    private static final int WORD_BITS = 2;

    /** Where a byte's lowest bit may be: where it usually is, at the other end, or in the other nibble. */
    private static final int[] LOWEST_BITS = {1, 0x80, 0x10};

    private final Interview talk;
    private final byte[] original;
    private final int addressBits;
    private final List<int[]> stimuli = new ArrayList<>();
    private final List<int[]> normal = new ArrayList<>();
    private int flip;

    HeaderSearch(Interview talk, byte[] original) {
        this.talk = talk;
        this.original = original;
        this.addressBits = 32 - Integer.numberOfLeadingZeros(Math.max(1, original.length - 1));
    }

    HeaderWords find() {
        chooseStimuli();
        int outputs = talk.output().channels();
        List<Integer> affected = List.of();
        for (int bit : LOWEST_BITS) {
            flip = bit;
            List<Integer> moved = indices(moved(0, 0));
            if (moved.isEmpty()) {
                return HeaderWords.none(outputs);
            }
            affected = bit == LOWEST_BITS[0] ? moved : affected;
        }
        flip = LOWEST_BITS[0];
        List<Set<Integer>> candidates = new ArrayList<>();
        for (int out = 0; out < outputs; out++) {
            candidates.add(new LinkedHashSet<>());
        }
        explore(0, 0, affected, candidates);
        return judge(candidates);
    }

    private static List<Integer> indices(boolean[] set) {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < set.length; i++) {
            if (set[i]) {
                indices.add(i);
            }
        }
        return indices;
    }

    /** Inputs under which as many outputs as possible answer neither near zero nor near a clamp. */
    private void chooseStimuli() {
        Patch patch = new Patch(original.clone());
        Activations input = talk.input();
        int strongest = Math.max(1, Math.min(input.highest(), -input.lowest()));
        int bestSize = strongest;
        long bestScore = -1;
        for (int size = strongest; size >= 1; size /= 2) {
            int[] stimulus = Stimuli.balanced(input, size, Math.min(TOTAL, size * input.channels() / 2), size);
            long score = count(visible(talk.ask(patch, stimulus)));
            if (score > bestScore) {
                bestScore = score;
                bestSize = size;
            }
        }
        int total = Math.min(TOTAL, bestSize * input.channels() / 2);
        List<int[]> trials = new ArrayList<>();
        List<int[]> answers = new ArrayList<>();
        for (int seed = 0; seed < 6; seed++) {
            trials.add(Stimuli.balanced(input, bestSize, total, 1000 + seed));
            answers.add(talk.ask(patch, trials.get(seed)));
        }
        BitSet covered = new BitSet();
        int wanted = talk.output().channels() > 600 ? 3 : 2;
        while (stimuli.size() < wanted) {
            int best = 0;
            int most = -1;
            for (int t = 0; t < trials.size(); t++) {
                BitSet with = visible(answers.get(t));
                int gain = 4 * with.cardinality();
                with.andNot(covered);
                gain += 16 * with.cardinality();
                if (gain > most && !stimuli.contains(trials.get(t))) {
                    most = gain;
                    best = t;
                }
            }
            stimuli.add(trials.get(best));
            normal.add(answers.get(best));
            covered.or(visible(answers.get(best)));
        }
    }

    private BitSet visible(int[] answer) {
        BitSet visible = new BitSet();
        for (int out = 0; out < answer.length; out++) {
            visible.set(out, isVisible(answer[out]));
        }
        return visible;
    }

    private boolean isVisible(int answer) {
        int room = answer > 0 ? talk.output().highest() : -talk.output().lowest();
        return Math.abs(answer) >= 5 && Math.abs(answer) * 7 <= room * 4;
    }

    private static long count(BitSet set) {
        return set.cardinality();
    }

    /** Which outputs move out of proportion when the lowest bit is flipped where (offset and mask) equals value. */
    private boolean[] moved(int mask, int value) {
        byte[] payload = original.clone();
        for (int offset = 0; offset < payload.length; offset++) {
            if ((offset & mask) == value) {
                payload[offset] ^= (byte) flip;
            }
        }
        Patch patch = new Patch(payload);
        double[] moves = new double[talk.output().channels()];
        double[] limits = new double[moves.length];
        for (int s = 0; s < stimuli.size(); s++) {
            int[] answer = talk.ask(patch, stimuli.get(s));
            for (int out = 0; out < moves.length; out++) {
                moves[out] += Math.abs(answer[out] - normal.get(s)[out]);
                limits[out] += Math.max(2.5, isVisible(normal.get(s)[out]) ? 0.45 * Math.abs(normal.get(s)[out]) : 2.5);
            }
        }
        boolean[] moved = new boolean[moves.length];
        for (int out = 0; out < moves.length; out++) {
            moved[out] = moves[out] >= limits[out];
        }
        return moved;
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
            boolean[] one = moved(mask | at, value | at);
            boolean[] zero = moved(mask | at, value);
            for (int k = 0; k < outputs.size(); k++) {
                boolean inOne = one[outputs.get(k)];
                boolean inZero = zero[outputs.get(k)];
                any[k] |= inOne || inZero;
                if (inOne == inZero) {
                    open[k] |= at;
                } else if (inOne) {
                    ones[k] |= at;
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

    private HeaderWords judge(List<Set<Integer>> candidates) {
        HeaderWords words = HeaderWords.none(candidates.size());
        int rounds = candidates.stream().mapToInt(Set::size).max().orElse(0);
        Patch plain = new Patch(original.clone());
        int[] silence = Stimuli.silence(talk.input());
        int[] rest = talk.ask(plain, silence);
        List<List<Integer>> lists =
                candidates.stream().map(set -> set.stream().sorted().toList()).toList();
        for (int round = 0; round < rounds; round++) {
            int[] word = new int[lists.size()];
            for (int out = 0; out < word.length; out++) {
                word[out] = round < lists.get(out).size() ? lists.get(out).get(round) : -1;
            }
            judge(word, rest, silence, words);
        }
        complete(words.scale(), original.length);
        complete(words.bias(), original.length);
        complete(words.zeroPoint(), original.length);
        return words;
    }

    /** Judges one candidate word of every output by flipping a bit of its third byte, then one of its fourth. */
    private void judge(int[] word, int[] rest, int[] silence, HeaderWords words) {
        Patch third = flipped(word, 2);
        int[] thirdRest = talk.ask(third, silence);
        int[] thirdMoved = talk.ask(third, stimuli.get(0));
        Patch fourth = flipped(word, 3);
        List<int[]> fourthMoved = new ArrayList<>();
        for (int[] stimulus : stimuli) {
            fourthMoved.add(talk.ask(fourth, stimulus));
        }
        for (int out = 0; out < word.length; out++) {
            if (word[out] < 0) {
                continue;
            }
            int shift = Math.abs(thirdMoved[out] - normal.get(0)[out]);
            if (Math.abs(thirdRest[out] - rest[out]) >= 2) {
                words.bias()[out] = word[out];
            } else if (shift >= Math.max(3, Math.abs(normal.get(0)[out]) / 8)) {
                words.zeroPoint()[out] = word[out];
            } else if (isScale(out, word[out], fourthMoved)) {
                words.scale()[out] = word[out];
            }
        }
    }

    private Patch flipped(int[] words, int index) {
        byte[] payload = original.clone();
        Arrays.stream(words).filter(word -> word >= 0).distinct().forEach(word -> payload[word + index] ^= 1);
        return new Patch(payload);
    }

    /** Bit 24 of a float32 is the second of its exponent: flipping it multiplies by four or divides by four. */
    private boolean isScale(int out, int word, List<int[]> moved) {
        double factor = (original[word + 3] & 1) == 0 ? 4 : 0.25;
        boolean seen = false;
        for (int s = 0; s < moved.size(); s++) {
            int before = normal.get(s)[out];
            if (!isVisible(before)) {
                continue;
            }
            int low = talk.output().lowest();
            int high = talk.output().highest();
            double least = Math.max(low, Math.min(high, Math.min(factor * (before - 0.5), factor * (before + 0.5))));
            double most = Math.max(low, Math.min(high, Math.max(factor * (before - 0.5), factor * (before + 0.5))));
            if (moved.get(s)[out] < least - 1.5 || moved.get(s)[out] > most + 1.5) {
                return false;
            }
            seen = true;
        }
        return seen;
    }

    /** Words of outputs that answered too weakly, predicted from the others if those follow a formula. */
    private static void complete(int[] words, int size) {
        long found = Arrays.stream(words).filter(word -> word >= 0).count();
        if (found == 0 || found == words.length) {
            return;
        }
        if (found < 0.1 * words.length) {
            Arrays.fill(words, -1);
            return;
        }
        CellMap map = new CellMap(words.length, 1, words);
        FormulaFit fit = FormulaFitter.fit("out", "in", map);
        if (fit.matching() < 0.9 * fit.known()) {
            return;
        }
        Formula formula = fit.formula();
        for (int out = 0; out < words.length; out++) {
            long predicted = formula.at(out, 0);
            words[out] = predicted < 0 || predicted + 4 > size ? words[out] : (int) predicted;
        }
    }
}
