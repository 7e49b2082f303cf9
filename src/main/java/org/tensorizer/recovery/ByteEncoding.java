package org.tensorizer.recovery;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.tensorizer.recovery.PayloadTarget.Activations;

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

    /**
     * The encoding that explains the answers to flat patches on every output, with each output's gain and zero point by least
     * squares. The gain is per unit of weight and unit of deflection.
     */
    record EncodingFit(ByteEncoding encoding, double[] gains, double[] zeros) {
        private static final double TOLERANCE = 0.9;

        double gain(int out) {
            return gains[out];
        }

        double zero(int out) {
            return zeros[out];
        }

        double medianGain() {
            double[] alive =
                    Arrays.stream(gains).filter(gain -> gain > 0).sorted().toArray();
            return alive.length == 0 ? 1 : alive[alive.length / 2];
        }

        double medianZero() {
            double[] alive = IntStream.range(0, gains.length)
                    .filter(out -> gains[out] > 0)
                    .mapToDouble(out -> zeros[out])
                    .sorted()
                    .toArray();
            return alive.length == 0 ? 0 : alive[alive.length / 2];
        }

        /**
         * @param flats answers by byte value
         * @param total sum of the deflections, with sign
         * @return null if no candidate explains all outputs
         */
        static EncodingFit of(Map<Integer, int[]> flats, int[] rest, Activations output, int total) {
            EncodingFit best = null;
            double bestError = Double.MAX_VALUE;
            for (ByteEncoding candidate : ByteEncoding.candidates()) {
                double[] gains = new double[rest.length];
                double[] zeros = new double[rest.length];
                double worst = 0;
                for (int out = 0; out < rest.length && worst <= TOLERANCE; out++) {
                    worst = Math.max(worst, line(candidate, flats, out, rest[out], output, total, gains, zeros));
                }
                if (worst <= TOLERANCE && worst < bestError) {
                    best = new EncodingFit(candidate, gains, zeros);
                    bestError = worst;
                }
            }
            return best;
        }

        /** Fits one output; returns the largest distance of an answer from the line, infinite if the line falls. */
        private static double line(
                ByteEncoding candidate,
                Map<Integer, int[]> flats,
                int out,
                int rest,
                Activations output,
                int total,
                double[] gains,
                double[] zeros) {
            int low = Integer.MAX_VALUE;
            int high = Integer.MIN_VALUE;
            for (int[] answers : flats.values()) {
                low = Math.min(low, answers[out]);
                high = Math.max(high, answers[out]);
            }
            double n = 0;
            double sumX = 0;
            double sumY = 0;
            double sumXx = 0;
            double sumXy = 0;
            boolean relu = low == 0 && rest == 0;
            for (Map.Entry<Integer, int[]> flat : flats.entrySet()) {
                double y = flat.getValue()[out] - rest;
                if (saturated(flat.getValue()[out], output) || (relu && y == 0)) {
                    continue;
                }
                double x = candidate.value(flat.getKey());
                n++;
                sumX += x;
                sumY += y;
                sumXx += x * x;
                sumXy += x * y;
            }
            if (high - low <= 2) {
                return 0;
            }
            double spread = n * sumXx - sumX * sumX;
            if (n < 3 || spread == 0) {
                return Double.POSITIVE_INFINITY;
            }
            double slope = (n * sumXy - sumX * sumY) / spread;
            double start = (sumY - slope * sumX) / n;
            if (slope * total <= 0) {
                return Double.POSITIVE_INFINITY;
            }
            gains[out] = slope / total;
            zeros[out] = -start / slope;
            double worst = 0;
            for (Map.Entry<Integer, int[]> flat : flats.entrySet()) {
                int answer = flat.getValue()[out];
                double predicted = start + slope * candidate.value(flat.getKey());
                if (relu && answer == 0) {
                    worst = Math.max(worst, predicted - 0.5);
                } else if (!saturated(answer, output)) {
                    worst = Math.max(worst, Math.abs(predicted - (answer - rest)));
                }
            }
            return worst;
        }

        private static boolean saturated(int answer, Activations output) {
            return answer <= output.lowest() || answer >= output.highest();
        }
    }
}
