package org.tensorizer.tools.latency;

import java.util.Locale;

/**
 * One line for machines: {@code RESULT key=value key=value}. Values hold no white space: it becomes {@code %20} and the
 * like, and {@code %} becomes {@code %25}. Durations are microseconds with one decimal.
 */
final class ResultLine {
    private final StringBuilder line = new StringBuilder("RESULT");

    ResultLine add(String key, Object value) {
        line.append(' ').append(key).append('=');
        for (char c : String.valueOf(value).toCharArray()) {
            if (c == '%' || Character.isWhitespace(c) || Character.isISOControl(c)) {
                line.append(String.format("%%%02X", (int) c));
            } else {
                line.append(c);
            }
        }
        return this;
    }

    ResultLine micros(String key, double value) {
        return add(key, String.format(Locale.ROOT, "%.1f", value));
    }

    ResultLine ratio(String key, double value) {
        return add(key, String.format(Locale.ROOT, "%.4f", value));
    }

    @Override
    public String toString() {
        return line.toString();
    }
}
