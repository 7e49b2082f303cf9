package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.List;

/**
 * A function of one variable taken apart into digits: {@code f(v) = f0 + sum of stride * (v / divisor % modulus)}.
 *
 * <p>The lowest digit is the longest block in which the known values lie on straight lines of one slope; what is left,
 * one value a block, is taken apart in the same way. If no block longer than 1 is straight, the length that predicts
 * most values is taken: the candidate of an irregular map.
 */
final class DigitSplit {
    private record Digit(int divisor, int length, long stride) {}

    private final List<Digit> digits = new ArrayList<>();
    private final int size;
    private long base;

    private DigitSplit(int size) {
        this.size = size;
    }

    static DigitSplit of(long[] values, boolean[] known) {
        DigitSplit split = new DigitSplit(values.length);
        split.split(values, known, 1);
        return split;
    }

    private void split(long[] values, boolean[] known, int divisor) {
        int count = values.length;
        if (count == 1) {
            base = values[0];
            return;
        }
        int length = straightLength(values, known);
        if (length < 2) {
            length = likelyLength(values, known);
        }
        long stride = slope(values, known, length);
        digits.add(new Digit(divisor, length, stride));
        int blocks = (count + length - 1) / length;
        long[] rest = new long[blocks];
        boolean[] restKnown = new boolean[blocks];
        long[] votes = new long[length];
        for (int block = 0; block < blocks; block++) {
            int voters = 0;
            for (int j = 0; j < length && block * length + j < count; j++) {
                if (known[block * length + j]) {
                    votes[voters++] = values[block * length + j] - stride * j;
                }
            }
            restKnown[block] = voters > 0;
            rest[block] = voters > 0 ? Potentials.mode(votes, voters) : 0;
        }
        split(rest, restKnown, divisor * length);
    }

    /** The longest block length for which all known values of all blocks lie on lines of one slope; 1 if there is none. */
    private static int straightLength(long[] values, boolean[] known) {
        for (int length = values.length; length > 1; length--) {
            if (isStraight(values, known, length)) {
                return length;
            }
        }
        return 1;
    }

    private static boolean isStraight(long[] values, boolean[] known, int length) {
        boolean have = false;
        long stride = 0;
        for (int start = 0; start < values.length; start += length) {
            int previous = -1;
            for (int j = start; j < Math.min(start + length, values.length); j++) {
                if (!known[j]) {
                    continue;
                }
                if (previous >= 0) {
                    long rise = values[j] - values[previous];
                    if (rise % (j - previous) != 0 || (have && rise / (j - previous) != stride)) {
                        return false;
                    }
                    stride = rise / (j - previous);
                    have = true;
                }
                previous = j;
            }
        }
        return have;
    }

    private static int likelyLength(long[] values, boolean[] known) {
        int best = values.length;
        int most = -1;
        for (int length = values.length; length > 1; length--) {
            int straight = 0;
            long stride = slope(values, known, length);
            for (int j = 1; j < values.length; j++) {
                if (known[j] && known[j - 1] && (j % length == 0) != (values[j] - values[j - 1] == stride)) {
                    straight++;
                }
            }
            if (straight > most) {
                most = straight;
                best = length;
            }
        }
        return best;
    }

    /** The most frequent slope between known neighbours inside blocks. */
    private static long slope(long[] values, boolean[] known, int length) {
        long[] slopes = new long[values.length];
        int count = 0;
        int previous = -1;
        for (int j = 0; j < values.length; j++) {
            if (j % length == 0) {
                previous = -1;
            }
            if (!known[j]) {
                continue;
            }
            if (previous >= 0) {
                slopes[count++] = Math.floorDiv(values[j] - values[previous], j - previous);
            }
            previous = j;
        }
        return count == 0 ? 0 : Potentials.mode(slopes, count);
    }

    /**
     * Adds the digits as terms. A falling digit becomes a reversed one.
     *
     * @return the constant that is left
     */
    long collect(Formula.Variable variable, List<Formula.Term> terms) {
        long constant = base;
        for (Digit digit : digits) {
            if (digit.stride == 0) {
                continue;
            }
            boolean top = (long) digit.divisor * digit.length >= size;
            int last = top ? (size - 1) / digit.divisor : digit.length - 1;
            boolean reversed = digit.stride < 0;
            if (reversed) {
                constant += digit.stride * last;
            }
            terms.add(new Formula.Term(
                    variable, digit.divisor, top ? 0 : digit.length, reversed, last, Math.abs(digit.stride)));
        }
        return constant;
    }
}
