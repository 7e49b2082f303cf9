package org.tensorizer.recovery;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntUnaryOperator;
import org.tensorizer.recovery.Canvas.Trial;
import org.tensorizer.recovery.HeaderSearch.HeaderWords;
import org.tensorizer.recovery.PayloadTarget.Activations;
import org.tensorizer.recovery.RecoveredLayout.RoleTable;

/**
 * Proves the role of every single header byte by its effect, now that all weights are known and can be set at will. The
 * lowest byte of a scale moves it by 30 parts in a million; it shows when the accumulator stands one part in a hundred
 * thousand below a rounding border.
 */
final class HeaderRoles {
    private static final float VERNIER_SCALE = 0x1p-10f;

    private final Interview talk;
    private final Canvas canvas;
    private final Responses responses;
    private final CellMap map;
    private final HeaderWords words;
    private final RoleTable roles;
    private final Activations input;
    private final int sign;
    private final int heaviest;

    HeaderRoles(Interview talk, Canvas canvas, Responses responses, CellMap map, HeaderWords words, RoleTable roles) {
        this.talk = talk;
        this.canvas = canvas;
        this.responses = responses;
        this.map = map;
        this.words = words;
        this.roles = roles;
        this.input = talk.input();
        this.sign = input.strongest() > 0 ? 1 : -1;
        this.heaviest = heaviest();
    }

    void prove(boolean scaleIsTheGain) {
        if (HeaderWords.any(words.zeroPoint())) {
            proveZeroPoints();
        }
        if (HeaderWords.any(words.bias())) {
            proveBiases();
        }
        if (HeaderWords.any(words.scale())) {
            proveScales(scaleIsTheGain);
        }
    }

    /** Flipping the lowest bit of byte j moves every weight by 256^j. */
    private void proveZeroPoints() {
        byte[] still = weights(in -> 0);
        for (int index = 0; index < 4; index++) {
            int guide = firstAlive();
            double perUnit = responses.gain(guide) * Math.pow(256, index);
            int total = (int) Math.max(1, Math.min(input.largestTotal(), 40 / perUnit));
            int[] answer = talk.ask(changed(still, words.zeroPoint(), index, 1), input.total(total));
            for (int out = 0; out < answer.length; out++) {
                int word = words.zeroPoint()[out];
                if (word >= 0) {
                    long step = 1L << 8 * index;
                    long move = (canvas.base()[word + index] & 1) == 0 ? step : -step;
                    confirm(
                            RoleTable.Kind.ZERO_POINT,
                            word,
                            index,
                            out,
                            responses.offset(out),
                            -move * sign * total,
                            answer[out]);
                }
            }
        }
    }

    /**
     * A cleared bias that gets one byte set adds it to the accumulator, which stands so close below a rounding border that
     * even the lowest byte takes it across.
     */
    private void proveBiases() {
        int base = belowBorder(255);
        if (base < 0) {
            return;
        }
        Sum sum = sum(base);
        for (int index = 0; index < 4; index++) {
            int bits = index == 0 ? 0xff : 1;
            int[] answer = talk.ask(changed(sum.payload, words.bias(), index, bits), sum.stimulus);
            for (int out = 0; out < answer.length; out++) {
                if (words.bias()[out] >= 0) {
                    int usual = responses.highest(out, base);
                    confirm(
                            RoleTable.Kind.BIAS,
                            words.bias()[out],
                            index,
                            out,
                            usual,
                            base + ((long) bits << 8 * index),
                            answer[out]);
                }
            }
        }
    }

    /** An accumulator to which every living output answers with less than if {@code step} were added; -1 if there is none. */
    private int belowBorder(int step) {
        for (int border = 0; border < 20; border++) {
            int acc = (int) Math.max(0, (border + 0.5) / responses.gain(firstAlive()) - step / 2);
            boolean all = fits(acc);
            for (int out : responses.representatives()) {
                all &= !responses.isAlive(out) || responses.highest(out, acc) < responses.lowest(out, acc + step);
            }
            if (all) {
                return acc;
            }
        }
        return -1;
    }

    /** @param usual the answer before the byte was changed */
    private void confirm(RoleTable.Kind kind, int word, int index, int out, int usual, long acc, int answer) {
        int least = responses.lowest(out, acc);
        int most = responses.highest(out, acc);
        boolean visible = least > usual || most < usual;
        if (responses.isAlive(out) && visible && answer >= least && answer <= most) {
            roles.header(word + index, kind, out, index);
        }
    }

    private void proveScales(boolean scaleIsTheGain) {
        int step = Math.min(100, responses.clampHigh() - 3);
        int acc = (int) ((step + 0.5) / VERNIER_SCALE) - 1;
        if (!scaleIsTheGain || step < 40 || !fits(acc)) {
            proveScalesRoughly();
            return;
        }
        Sum sum = sum(acc);
        byte[] base = sum.payload;
        int[] stimulus = sum.stimulus;
        ByteBuffer bytes = ByteBuffer.wrap(base).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words.scale()) {
            if (word >= 0) {
                bytes.putFloat(word, VERNIER_SCALE);
            }
        }
        int[] below = talk.ask(new Trial(base), stimulus);
        for (int index = 0; index < 4; index++) {
            int bits = index == 3 ? 1 : index == 2 ? 0x7f : 0xff;
            int[] above = talk.ask(changed(base, words.scale(), index, bits), stimulus);
            for (int out = 0; out < above.length; out++) {
                if (words.scale()[out] >= 0 && below[out] == step && above[out] > step) {
                    roles.header(words.scale()[out] + index, RoleTable.Kind.SCALE, out, index);
                }
            }
        }
    }

    /** Without the exact gain only the upper two bytes show: a flipped bit multiplies by a known factor. */
    private void proveScalesRoughly() {
        int guide = firstAlive();
        int total = (int) Math.max(1, Math.min(input.largestTotal(), 30 / responses.gain(guide)));
        byte[] ones = weights(in -> 1);
        for (int index = 2; index < 4; index++) {
            int bits = index == 3 ? 1 : 0x40;
            int[] answer = talk.ask(changed(ones, words.scale(), index, bits), input.total(total));
            for (int out = 0; out < answer.length; out++) {
                int word = words.scale()[out];
                if (word < 0 || !responses.isAlive(out)) {
                    continue;
                }
                ByteBuffer bytes = ByteBuffer.wrap(canvas.base()).order(ByteOrder.LITTLE_ENDIAN);
                int old = bytes.getInt(word);
                double factor = Float.intBitsToFloat(old ^ bits << 8 * index) / (double) Float.intBitsToFloat(old);
                double predicted = factor * responses.gain(out) * sign * total;
                double clamped = Math.max(responses.clampLow(), Math.min(responses.clampHigh(), predicted));
                if (Math.abs(clamped - answer[out]) <= 1.5 && Math.abs(factor - 1) > 0.2) {
                    roles.header(word + index, RoleTable.Kind.SCALE, out, index);
                }
            }
        }
    }

    /** Weights and inputs that give every output the same accumulator. */
    private Sum sum(int acc) {
        int strongest = Math.abs(input.strongest());
        int full = acc / (heaviest * strongest);
        int rest = acc % (heaviest * strongest);
        int[] stimulus = input.silence();
        for (int in = 0; in <= full; in++) {
            stimulus[in] = sign * strongest;
        }
        stimulus[full + 1] = sign * (rest % strongest);
        byte[] payload =
                weights(in -> sign * (in < full ? heaviest : in == full ? rest / strongest : in == full + 1 ? 1 : 0));
        return new Sum(payload, stimulus);
    }

    private record Sum(byte[] payload, int[] stimulus) {}

    private boolean fits(int acc) {
        return heaviest > 0 && acc / (heaviest * Math.abs(input.strongest())) + 2 <= input.channels();
    }

    /** The largest weight, of the sign of the strongest input, that all outputs have and all below it too. */
    private int heaviest() {
        int heaviest = 100;
        for (int out : responses.representatives()) {
            int weight = 0;
            while (weight < heaviest && has(out, sign * (weight + 1))) {
                weight++;
            }
            heaviest = weight;
        }
        return heaviest;
    }

    private boolean has(int out, int weight) {
        return responses.weight(out, responses.encoding().nearest(responses.zero(out) + weight)) == weight;
    }

    private int firstAlive() {
        for (int out : responses.representatives()) {
            if (responses.isAlive(out)) {
                return out;
            }
        }
        return 0;
    }

    /** A payload whose known weights are {@code weight(in)} in every output, the rest as the canvas has it. */
    private byte[] weights(IntUnaryOperator weight) {
        byte[] payload = canvas.base();
        for (int out = 0; out < map.rows(); out++) {
            for (int in = 0; in < map.columns(); in++) {
                int offset = map.at(out, in);
                if (offset != CellMap.UNKNOWN) {
                    payload[offset] = (byte) responses.encoding().nearest(responses.zero(out) + weight.applyAsInt(in));
                }
            }
        }
        return payload;
    }

    private static Trial changed(byte[] payload, int[] words, int index, int bits) {
        byte[] changed = payload.clone();
        for (int word : words) {
            if (word >= 0) {
                changed[word + index] ^= (byte) bits;
            }
        }
        return new Trial(changed);
    }
}
