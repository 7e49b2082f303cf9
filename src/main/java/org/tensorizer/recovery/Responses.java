package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is known of each output's way from accumulator to answer: {@code answer = clamp(round(acc * gain) + offset)}, acc
 * being the sum of (value(byte) - zero) * deflection. Gains are intervals, so predictions are intervals too; exact ties
 * are left open both ways, since the chip's rounding is not known.
 *
 * <p>Immutable.
 */
final class Responses {
    private static final double TIE = 1e-4;

    private final ByteEncoding encoding;
    private final int[] zero;
    private final double[] low;
    private final double[] high;
    private final int[] offset;
    private final int clampLow;
    private final int clampHigh;
    private final int[] classOf;
    private final int[] representatives;

    /** @param offset answer of each output to no input at all; 0 is taken as exact, others as rounded */
    Responses(
            ByteEncoding encoding, int[] zero, double[] low, double[] high, int[] offset, int clampLow, int clampHigh) {
        this.encoding = encoding;
        this.zero = zero;
        this.low = low;
        this.high = high;
        this.offset = offset;
        this.clampLow = clampLow;
        this.clampHigh = clampHigh;
        this.classOf = new int[zero.length];
        Map<List<Number>, Integer> classes = new HashMap<>();
        List<Integer> first = new ArrayList<>();
        for (int out = 0; out < zero.length; out++) {
            List<Number> key = List.of(zero[out], low[out], high[out], offset[out]);
            Integer known = classes.get(key);
            if (known == null) {
                known = first.size();
                classes.put(key, known);
                first.add(out);
            }
            classOf[out] = known;
        }
        this.representatives = first.stream().mapToInt(Integer::intValue).toArray();
    }

    ByteEncoding encoding() {
        return encoding;
    }

    int outputs() {
        return zero.length;
    }

    int zero(int out) {
        return zero[out];
    }

    double lowGain(int out) {
        return low[out];
    }

    double highGain(int out) {
        return high[out];
    }

    double gain(int out) {
        return (low[out] + high[out]) / 2;
    }

    int offset(int out) {
        return offset[out];
    }

    int clampLow() {
        return clampLow;
    }

    int clampHigh() {
        return clampHigh;
    }

    /** Outputs that cannot be told from each other share a class. */
    int classOf(int out) {
        return classOf[out];
    }

    /** One output of each class that reacts to its weights at all. */
    int[] representatives() {
        return representatives;
    }

    /** Whether the output reacts to its weights. */
    boolean isAlive(int out) {
        return low[out] > 0;
    }

    /** Weight of a payload byte at an output. */
    int weight(int out, int payloadByte) {
        return encoding.value(payloadByte) - zero[out];
    }

    /** The smallest answer an accumulator can give. */
    int lowest(int out, long acc) {
        double value = Math.min(acc * low[out], acc * high[out]) + offset[out] - (offset[out] == 0 ? 0 : 0.5);
        return clamp(Math.ceil(value - 0.5 - TIE));
    }

    /** The largest answer an accumulator can give. */
    int highest(int out, long acc) {
        double value = Math.max(acc * low[out], acc * high[out]) + offset[out] + (offset[out] == 0 ? 0 : 0.5);
        return clamp(Math.floor(value + 0.5 + TIE));
    }

    private int clamp(double value) {
        return (int) Math.max(clampLow, Math.min(clampHigh, value));
    }

    /** The same outputs with other zero points. */
    Responses withZeros(int[] newZero) {
        return new Responses(encoding, newZero, low, high, offset, clampLow, clampHigh);
    }

    /** The same outputs with other gains. */
    Responses withGains(double[] newLow, double[] newHigh) {
        return new Responses(encoding, zero, newLow, newHigh, offset, clampLow, clampHigh);
    }
}
