package org.tensorizer.model;

import java.util.Locale;

/**
 * Text out of a file as a terminal or a page may show it: names of tensors and layers are whatever somebody wrote into the
 * model. Control characters could move the cursor, characters that turn the direction of writing could make one name look
 * like another, and ten megabytes of name would bury the rest. Stateless.
 */
public final class Printable {
    private Printable() {}

    /**
     * The text on one line. What is not a visible character or a blank stands as its code, such as {@code \u001b}.
     *
     * @param most characters to show; of a longer text the beginning, and how long it is
     */
    public static String of(String text, int most) {
        StringBuilder shown = new StringBuilder(Math.min(text.length(), most));
        int end = text.length() <= most ? text.length() : text.offsetByCodePoints(0, text.codePointCount(0, most));
        text.codePoints().limit(text.codePointCount(0, end)).forEach(c -> append(shown, c));
        return end < text.length() ? shown + "... (" + text.length() + " characters)" : shown.toString();
    }

    private static void append(StringBuilder shown, int c) {
        switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> shown.append(String.format(Locale.ROOT, "\\u%04x", c));
            default -> shown.appendCodePoint(c);
        }
    }
}
