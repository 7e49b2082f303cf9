package org.tensorizer.recovery;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.tensorizer.recovery.Canvas.Trial;
import org.tensorizer.recovery.HeaderSearch.HeaderWords;

/** Tells what the candidate words of each output are, by what flipping single bits of them does. */
final class HeaderJudge {
    private final Interview talk;
    private final byte[] original;
    private final Disturbance disturbance;

    HeaderJudge(Interview talk, byte[] original, Disturbance disturbance) {
        this.talk = talk;
        this.original = original;
        this.disturbance = disturbance;
    }

    /** @param candidates first bytes of four-byte words, by output */
    HeaderWords judge(List<Set<Integer>> candidates) {
        HeaderWords words = HeaderWords.none(candidates.size());
        int rounds = candidates.stream().mapToInt(Set::size).max().orElse(0);
        Trial plain = new Trial(original.clone());
        int[] silence = talk.input().silence();
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
        Trial third = flipped(word, 2);
        int[] thirdRest = talk.ask(third, silence);
        int[] thirdMoved = talk.ask(third, disturbance.stimuli().get(0));
        Trial fourth = flipped(word, 3);
        List<int[]> fourthMoved = new ArrayList<>();
        for (int[] stimulus : disturbance.stimuli()) {
            fourthMoved.add(talk.ask(fourth, stimulus));
        }
        for (int out = 0; out < word.length; out++) {
            if (word[out] < 0) {
                continue;
            }
            int shift = Math.abs(thirdMoved[out] - disturbance.normal(0)[out]);
            if (Math.abs(thirdRest[out] - rest[out]) >= 2) {
                words.bias()[out] = word[out];
            } else if (shift >= Math.max(3, Math.abs(disturbance.normal(0)[out]) / 8)) {
                words.zeroPoint()[out] = word[out];
            } else if (isScale(out, word[out], fourthMoved)) {
                words.scale()[out] = word[out];
            }
        }
    }

    private Trial flipped(int[] words, int index) {
        byte[] payload = original.clone();
        Arrays.stream(words).filter(word -> word >= 0).distinct().forEach(word -> payload[word + index] ^= 1);
        return new Trial(payload);
    }

    /** Bit 24 of a float32 is the second of its exponent: flipping it multiplies by four or divides by four. */
    private boolean isScale(int out, int word, List<int[]> moved) {
        double factor = (original[word + 3] & 1) == 0 ? 4 : 0.25;
        boolean seen = false;
        for (int s = 0; s < moved.size(); s++) {
            int before = disturbance.normal(s)[out];
            if (!disturbance.isVisible(before)) {
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

    /** Words of outputs that answered too weakly or misleadingly, predicted from the others if those follow a formula. */
    private static void complete(int[] words, int size) {
        long found = Arrays.stream(words).filter(word -> word >= 0).count();
        if (found == 0) {
            return;
        }
        if (found < 0.1 * words.length) {
            Arrays.fill(words, -1);
            return;
        }
        CellMap map = new CellMap(words.length, 1, words);
        FormulaFit fit = FormulaFit.of("out", "in", map);
        if (fit.matching() < 0.9 * fit.known()) {
            return;
        }
        Formula formula = fit.formula();
        for (int out = 0; out < words.length; out++) {
            long predicted = formula.at(out, 0);
            words[out] = predicted < 0 || predicted + 4 > size ? words[out] : (int) predicted;
        }
    }

    /**
     * The canvas of a template with header words: words fixed, biases cleared, and scales raised until one step of a weight
     * under the strongest input is one step of the answer.
     */
    static final class HeaderGain {
        private static final double SAME = 0.02;

        private final byte[] original;
        private final HeaderWords words;
        private final BitSet fixed;

        HeaderGain(byte[] original, HeaderWords words) {
            this.original = original;
            this.words = words;
            this.fixed = words.bytes();
        }

        /** Scales as they came, biases cleared. */
        Canvas plain() {
            return new Canvas(payload(), fixed);
        }

        private byte[] payload() {
            byte[] payload = original.clone();
            for (int word : words.bias()) {
                if (word >= 0) {
                    Arrays.fill(payload, word, word + 4, (byte) 0);
                }
            }
            return payload;
        }

        boolean canRaise() {
            return HeaderWords.any(words.scale());
        }

        /** Whether the chip multiplies by the header's scale as it stands, not by some multiple of it. */
        boolean isScaleTheGain(Responses measured) {
            ByteBuffer bytes = ByteBuffer.wrap(original).order(ByteOrder.LITTLE_ENDIAN);
            for (int out = 0; out < measured.outputs(); out++) {
                if (words.scale()[out] >= 0 && measured.isAlive(out)) {
                    double ratio = measured.gain(out) / bytes.getFloat(words.scale()[out]);
                    if (Math.abs(ratio - 1) > SAME) {
                        return false;
                    }
                }
            }
            return true;
        }

        /**
         * Scales such that every output has the wanted gain.
         *
         * @param measured gains under {@link #plain()}
         */
        Raised raise(Responses measured, double gain) {
            boolean exact = isScaleTheGain(measured);
            byte[] payload = payload();
            ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
            double[] low = new double[measured.outputs()];
            double[] high = new double[measured.outputs()];
            for (int out = 0; out < low.length; out++) {
                low[out] = measured.lowGain(out);
                high[out] = measured.highGain(out);
                int word = words.scale()[out];
                if (word < 0 || !measured.isAlive(out)) {
                    continue;
                }
                float old = bytes.getFloat(word);
                float scale = (float) (exact ? gain : gain / measured.gain(out) * old);
                bytes.putFloat(word, scale);
                low[out] = exact ? scale * (1 - SAME) : low[out] * scale / old * (1 - 1e-6);
                high[out] = exact ? scale * (1 + SAME) : high[out] * scale / old * (1 + 1e-6);
            }
            return new Raised(new Canvas(payload, fixed), measured.withGains(low, high));
        }

        /**
         * Zero points moved so that all byte values together answer from one clamp to the other, where all outputs have a
         * zero point word and, at the raised gain, the answer's range is as wide as the bytes'.
         *
         * @param strongest the input's strongest deflection
         */
        Raised centre(Raised raised, int strongest) {
            Responses responses = raised.responses;
            byte[] payload = raised.canvas.base();
            ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
            int[] zero = new int[responses.outputs()];
            int lowest = responses.encoding().value(0);
            for (int b = 1; b < 256; b++) {
                lowest = Math.min(lowest, responses.encoding().value(b));
            }
            int wanted = lowest + (strongest > 0 ? -responses.clampLow() : responses.clampHigh());
            for (int out = 0; out < zero.length; out++) {
                zero[out] = responses.zero(out);
                int word = words.zeroPoint()[out];
                if (word >= 0) {
                    bytes.putInt(word, bytes.getInt(word) + wanted - zero[out]);
                    zero[out] = wanted;
                }
            }
            return new Raised(new Canvas(payload, fixed), responses.withZeros(zero));
        }

        boolean canCentre() {
            return HeaderWords.any(words.zeroPoint());
        }

        /** A canvas with other header words, and the answers to be expected of it. */
        record Raised(Canvas canvas, Responses responses) {}
    }
}
