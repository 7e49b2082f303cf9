package org.tensorizer.patch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.base.BadInputException;

/** Reads what regions print. */
final class RegionText {
    private static final Pattern WORD = Pattern.compile("([a-z]+)(?::([0-9]{1,10}(?:[,-][0-9]{1,10}){0,3}))?");

    private final String text;

    private RegionText(String text) {
        this.text = text;
    }

    static Region parse(String text) {
        return text.contains("+") ? new RegionText(text).joined() : new RegionText(text).single();
    }

    private Region single() {
        Matcher word = word(text);
        int[] n = numbers(word.group(2));
        return switch (form(word)) {
            case "payload" -> Region.payload();
            case "weights" -> Region.weights();
            case "header" -> Region.header();
            case "row:" -> Region.row(n[0]);
            case "column:" -> Region.column(n[0]);
            case "kernel:," -> Region.kernel(n[0], n[1]);
            case "channels:-" -> new Region.Part(-1, -1, -1, n[0], n[1]);
            case "cell:," -> Region.cell(n[0], n[1]);
            case "cell:,,," -> Region.cell(n[0], n[1], n[2], n[3]);
            case "range:-" -> Region.range(n[0], n[1]);
            default -> throw unknown();
        };
    }

    private Region joined() {
        Region.Part part = new Region.Part(-1, -1, -1, -1, -1);
        for (String each : text.split("\\+", -1)) {
            Matcher word = word(each);
            int[] n = numbers(word.group(2));
            part = switch (form(word)) {
                case "row:" -> new Region.Part(n[0], part.ky(), part.kx(), part.firstIn(), part.endIn());
                case "kernel:," -> new Region.Part(part.out(), n[0], n[1], part.firstIn(), part.endIn());
                case "channels:-" -> new Region.Part(part.out(), part.ky(), part.kx(), n[0], n[1]);
                default -> throw unknown();
            };
        }
        return part;
    }

    private Matcher word(String each) {
        Matcher word = WORD.matcher(each);
        if (!word.matches()) {
            throw unknown();
        }
        return word;
    }

    /** The name, a colon if numbers follow, and what stands between them. */
    private static String form(Matcher word) {
        return word.group(1) + (word.group(2) == null ? "" : ":" + word.group(2).replaceAll("[0-9]", ""));
    }

    private int[] numbers(String list) {
        if (list == null) {
            return new int[0];
        }
        String[] parts = list.split("[,-]");
        int[] numbers = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            long value = Long.parseLong(parts[i]);
            if (value > Integer.MAX_VALUE) {
                throw new BadInputException("region '" + text + "': " + value + " is larger than any payload");
            }
            numbers[i] = (int) value;
        }
        return numbers;
    }

    private BadInputException unknown() {
        return new BadInputException("region '" + text + "', expected payload, weights, header, row:OUT, column:IN,"
                + " kernel:KY,KX, channels:FIRST-END, cell:OUT,IN, cell:OUT,KY,KX,IN or range:START-END; row, kernel and"
                + " channels may be joined by +");
    }
}
