package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tensorizer.recovery.FormulaFit.Potentials;

/**
 * A mixed-radix formula of two variables, such as {@code offset = (out/64)*16384 + (in/4)*256 + (out%64)*4 + in%4}: a
 * constant and terms, each of which multiplies one digit of one variable by a stride.
 *
 * <p>Immutable. {@link #toString} writes it as a person would: large strides first, the constant where its size puts it.
 *
 * @param first name of the first variable, {@code out} in a weight map
 * @param second name of the second variable, {@code in} in a weight map
 * @param constant added to every offset, such as the bytes of a header
 * @param terms sorted by stride, the largest first
 */
public record Formula(String first, String second, long constant, List<Term> terms) {
    /** Which variable a digit is taken from. */
    public enum Variable {
        FIRST,
        SECOND
    }

    /**
     * {@code digit * stride}, the digit being {@code value / divisor % modulus}, or {@code last} minus that.
     *
     * @param divisor at least 1
     * @param modulus number of values the digit takes, 0 for the topmost digit of its variable, which has no limit
     * @param reversed whether the digit counts down from {@code last}
     * @param last the digit's highest value; used only where {@code reversed}
     * @param stride bytes per step, never negative
     */
    public record Term(Variable of, int divisor, int modulus, boolean reversed, int last, long stride) {
        public Term {
            if (divisor < 1 || modulus < 0 || stride < 0) {
                throw new IllegalArgumentException(
                        "term with divisor " + divisor + ", modulus " + modulus + ", stride " + stride);
            }
        }

        long at(int value) {
            int digit = value / divisor;
            if (modulus != 0) {
                digit %= modulus;
            }
            return stride * (reversed ? last - digit : digit);
        }

        private String text(String name) {
            String digit = name;
            boolean plain = true;
            if (divisor > 1) {
                digit += "/" + divisor;
                plain = false;
            }
            if (modulus != 0) {
                digit += "%" + modulus;
                plain = false;
            }
            if (reversed) {
                digit = last + " - " + digit;
                plain = false;
            }
            if (stride == 1) {
                return reversed ? "(" + digit + ")" : digit;
            }
            return (plain ? digit : "(" + digit + ")") + "*" + stride;
        }
    }

    public Formula {
        List<Term> sorted = new ArrayList<>(terms);
        sorted.sort(Comparator.comparingLong(Term::stride).reversed());
        terms = List.copyOf(sorted);
    }

    /** The offset of cell ({@code first}, {@code second}), both counted from 0. */
    public long at(int firstValue, int secondValue) {
        long offset = constant;
        for (Term term : terms) {
            offset += term.at(term.of == Variable.FIRST ? firstValue : secondValue);
        }
        return offset;
    }

    /** {@code offset = (out/64)*16384 + ...}. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        boolean pending = constant != 0;
        for (Term term : terms) {
            if (pending && constant > 0 && term.stride <= constant) {
                parts.add(Long.toString(constant));
                pending = false;
            }
            parts.add(term.text(term.of == Variable.FIRST ? first : second));
        }
        if (pending) {
            parts.add(Long.toString(constant));
        }
        return "offset = " + (parts.isEmpty() ? "0" : String.join(" + ", parts).replace("+ -", "- "));
    }

    /**
     * A function of one variable taken apart into digits: {@code f(v) = f0 + sum of stride * (v / divisor % modulus)}.
     *
     * <p>The lowest digit is the longest block in which the known values lie on straight lines of one slope; what is left,
     * one value a block, is taken apart in the same way. If no block longer than 1 is straight, the length that predicts
     * most values is taken: the candidate of an irregular map.
     */
    static final class DigitSplit {
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
}
