package org.tensorizer.base;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Text out of a file as a terminal, a page or a message may show it: names of tensors, layers and files are whatever
 * somebody wrote there. Control characters could move the cursor, characters that turn the direction of writing could make
 * one name look like another, and ten megabytes of name would bury the rest. What was made printable stays as it is when
 * it is made printable again. Stateless.
 */
public final class Printable {
    private static final int LONGEST_NAME = 160;
    private static final int LONGEST_LINE = 2000;
    private static final int SHOWN_DIGITS = 16;
    private static final int MOST_MARKS = 3;

    private Printable() {}

    /** A name within a sentence, a label or a table: {@link #of} with at most 160 characters. */
    public static String name(String text) {
        return of(text, LONGEST_NAME);
    }

    /** A message, a path, a row of a table: {@link #of} with at most 2000 characters. */
    public static String line(String text) {
        return of(text, LONGEST_LINE);
    }

    /**
     * The text on one line. What is neither a visible character nor a plain blank stands as its code, such as
     * {@code \u001b}.
     *
     * @param most characters to show, at least 100; of a text that needs more the beginning, its length and the first
     *     digits of its SHA-256, which tell it from others that begin alike
     */
    public static String of(String text, int most) {
        return shown(text, most, "");
    }

    /** {@link #of} as a part of a page: shown as it stands, whatever it holds. */
    public static String html(String text, int most) {
        return escaped(of(text, most));
    }

    /** A text of our own as a part of a page, with its lines: what HTML gives a meaning is escaped, nothing else changes. */
    public static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (char c : text.toCharArray()) {
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    /**
     * {@link #line} for each line of a text, such as a stack trace or a table; tabs stay.
     *
     * @param most characters to show in all
     */
    public static String lines(String text, int most) {
        String lines = Arrays.stream(text.split("\n", -1))
                .map(line -> shown(line, LONGEST_LINE, "\t"))
                .collect(Collectors.joining("\n"));
        return shown(lines, most, "\n\t");
    }

    private static String shown(String text, int most, String kept) {
        StringBuilder shown = new StringBuilder(Math.min(text.length(), most));
        for (int at = 0;
                at < text.length() && shown.length() <= most;
                at += Character.charCount(text.codePointAt(at))) {
            append(shown, text.codePointAt(at), kept);
        }
        return shown.length() <= most ? shown.toString() : shortened(text, most, kept);
    }

    private static String shortened(String text, int most, String kept) {
        String digest = Sha256.of(text.getBytes(StandardCharsets.UTF_8)).substring(0, SHOWN_DIGITS);
        String rest = "... (" + text.length() + " characters, SHA-256 " + digest + "...)";
        StringBuilder shown = new StringBuilder(most);
        int end = 0;
        for (int at = 0; shown.length() + rest.length() <= most; at += Character.charCount(text.codePointAt(at))) {
            end = shown.length();
            append(shown, text.codePointAt(at), kept);
        }
        shown.setLength(end);
        return shown + rest;
    }

    private static void append(StringBuilder shown, int c, String kept) {
        if (c == ' ' || kept.indexOf(c) >= 0 || isVisible(c) && !(isMark(c) && isStacked(shown))) {
            shown.appendCodePoint(c);
        } else {
            shown.append(String.format(Locale.ROOT, Character.isBmpCodePoint(c) ? "\\u%04x" : "\\U%08x", c));
        }
    }

    /** Accents stand upon each other; a hundred of them would cover the lines above. */
    private static boolean isStacked(StringBuilder shown) {
        int at = shown.length();
        for (int i = 0; i < MOST_MARKS; i++) {
            if (at == 0 || !isMark(shown.codePointBefore(at))) {
                return false;
            }
            at -= Character.charCount(shown.codePointBefore(at));
        }
        return true;
    }

    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> !isFiller(c);
        };
    }

    /** Letters and marks that Unicode has for alignment and that no font draws. */
    private static boolean isFiller(int c) {
        return switch (c) {
            case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0 -> true;
            default -> c >= 0xfe00 && c <= 0xfe0f || c >= 0x180b && c <= 0x180f || c >= 0xe0000 && c <= 0xe0fff;
        };
    }
}
