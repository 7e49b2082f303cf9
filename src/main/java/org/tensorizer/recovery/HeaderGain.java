package org.tensorizer.recovery;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import org.tensorizer.recovery.HeaderSearch.HeaderWords;

/**
 * The canvas of a template with header words: words fixed, biases cleared, and scales raised until one step of a weight
 * under the strongest input is one step of the answer.
 */
final class HeaderGain {
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
