package org.tensorizer.harness;

/**
 * The device's outputs are not those that the hypothesis predicts. The message names the first difference; expected and
 * actual outputs are kept as lines, one output channel a line, which is what the report draws a line difference from.
 */
public final class OutputsDiffer extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String actual;

    OutputsDiffer(String message, int[] expected, int[] observed) {
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
            text.append("out ").append(out).append(": ").append(outputs[out]).append('\n');
        }
        return text.toString();
    }
}
