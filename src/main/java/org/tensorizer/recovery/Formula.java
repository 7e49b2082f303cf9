package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

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
}
