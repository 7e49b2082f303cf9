package org.tensorizer.harness;

import java.util.stream.IntStream;

/**
 * One expected and one observed output vector and what is different between them.
 *
 * @param reference what the first vector is, {@code expected} where the two must agree
 * @param probe what was done to get them, such as {@code identity, input ramp}
 * @param expected value of each output channel by the reference
 * @param observed the device's answer, in the same domain
 * @param unit what the values are, such as {@code int8}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Outputs(String reference, String probe, int[] expected, int[] observed, String unit) {
    static final String EXPECTED = "expected";

    int differing() {
        return Math.abs(expected.length - observed.length)
                + (int) both().filter(out -> expected[out] != observed[out]).count();
    }

    int largest() {
        return both().map(out -> Math.abs(observed[out] - expected[out])).max().orElse(0);
    }

    private IntStream both() {
        return IntStream.range(0, Math.min(expected.length, observed.length));
    }

    /** The first output that differs, the last one if none does. */
    int first() {
        int first = 0;
        while (first < expected.length - 1 && expected[first] == observed[first]) {
            first++;
        }
        return first;
    }

    /** @throws Differ if an output differs */
    void check() {
        if (expected.length != observed.length) {
            throw new Differ(
                    probe + ": " + observed.length + " outputs, expected " + expected.length, expected, observed);
        }
        if (differing() > 0) {
            fail(differing() + " of " + expected.length + " outputs differ, largest difference " + largest());
        }
    }

    /** @throws Differ always: names the first difference and adds the extent in parentheses */
    void fail(String extent) {
        int first = first();
        throw new Differ(
                probe + ": output " + first + " is " + observed[first] + ", expected " + expected[first] + " (" + extent
                        + ")",
                expected,
                observed);
    }

    /**
     * The device's outputs are not those that the hypothesis predicts. The message names the first difference; expected and
     * actual outputs are kept as lines, one output channel a line, which is what the report draws a line difference from.
     */
    public static final class Differ extends AssertionError {
        private static final long serialVersionUID = 1L;

        private final String expected;
        private final String actual;

        Differ(String message, int[] expected, int[] observed) {
            super(message);
            this.expected = lines(expected);
            this.actual = lines(observed);
        }

        /** Expected outputs, a line each: {@code out 17: -3}. */
        public String getExpected() {
            return expected;
        }

        /** Observed outputs in the same form. */
        public String getActual() {
            return actual;
        }

        private static String lines(int[] outputs) {
            StringBuilder text = new StringBuilder();
            for (int out = 0; out < outputs.length; out++) {
                text.append("out ")
                        .append(out)
                        .append(": ")
                        .append(outputs[out])
                        .append('\n');
            }
            return text.toString();
        }
    }
}
