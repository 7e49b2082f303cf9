package org.tensorizer.recovery;

import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * How a payload byte stands for a number, up to the zero point: weight = {@link #value}(byte) - zero. The candidates
 * are the encodings in common use; which one a chip has is measured.
 *
 * <p>Immutable.
 */
public final class ByteEncoding {
    private static final List<ByteEncoding> CANDIDATES = List.of(
            new ByteEncoding("unsigned", "ascending", "natural", b -> b),
            new ByteEncoding("two's complement", "ascending", "natural", b -> (byte) b),
            new ByteEncoding("unsigned", "descending", "natural", b -> -b),
            new ByteEncoding("two's complement", "descending", "natural", b -> -(byte) b),
            new ByteEncoding("sign and magnitude", "ascending", "natural", b -> b < 128 ? b : 128 - b),
            new ByteEncoding("sign and magnitude", "descending", "natural", b -> b < 128 ? -b : b - 128),
            new ByteEncoding("unsigned", "ascending", "bits reversed", ByteEncoding::reversed),
            new ByteEncoding("two's complement", "ascending", "bits reversed", b -> (byte) reversed(b)),
            new ByteEncoding("unsigned", "ascending", "nibbles swapped", ByteEncoding::swapped),
            new ByteEncoding("two's complement", "ascending", "nibbles swapped", b -> (byte) swapped(b)));

    private final String number;
    private final String sign;
    private final String order;
    private final int[] values = new int[256];

    private ByteEncoding(String number, String sign, String order, IntUnaryOperator value) {
        this.number = number;
        this.sign = sign;
        this.order = order;
        for (int b = 0; b < 256; b++) {
            values[b] = value.applyAsInt(b);
        }
    }

    private static int reversed(int b) {
        return Integer.reverse(b) >>> 24;
    }

    private static int swapped(int b) {
        return (b << 4 | b >>> 4) & 0xff;
    }

    static List<ByteEncoding> candidates() {
        return CANDIDATES;
    }

    /** The number representation: {@code unsigned}, {@code two's complement} and so on. */
    public String number() {
        return number;
    }

    /** {@code ascending} if larger numbers are larger weights, else {@code descending}. */
    public String sign() {
        return sign;
    }

    /** Order of the bits in a byte: {@code natural}, {@code bits reversed} or {@code nibbles swapped}. */
    public String order() {
        return order;
    }

    /** The number a payload byte (0..255) stands for, before the zero point is taken off. */
    public int value(int payloadByte) {
        return values[payloadByte];
    }

    /** The byte whose value is nearest to the wanted one. */
    int nearest(int wanted) {
        int best = 0;
        for (int b = 1; b < 256; b++) {
            if (Math.abs(values[b] - wanted) < Math.abs(values[best] - wanted)) {
                best = b;
            }
        }
        return best;
    }

    @Override
    public String toString() {
        return number + ", " + sign + (order.equals("natural") ? "" : ", " + order);
    }
}
