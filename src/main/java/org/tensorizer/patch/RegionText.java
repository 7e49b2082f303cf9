package org.tensorizer.patch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.base.BadInputException;

/** Reads what regions print. */
final class RegionText {
    private static final Pattern PARTS = Pattern.compile("([a-z]+)(?::(\\d{1,10})(?:[,-](\\d{1,10}))?)?");

    private RegionText() {}

    static Region parse(String text) {
        Matcher parts = PARTS.matcher(text);
        if (parts.matches()) {
            int numbers = parts.group(3) != null ? 2 : parts.group(2) != null ? 1 : 0;
            boolean comma = text.contains(",");
            switch (parts.group(1) + numbers) {
                case "payload0":
                    return Region.payload();
                case "weights0":
                    return Region.weights();
                case "header0":
                    return Region.header();
                case "row1":
                    return Region.row(number(parts.group(2), text));
                case "column1":
                    return Region.column(number(parts.group(2), text));
                case "cell2":
                    if (comma) {
                        return Region.cell(number(parts.group(2), text), number(parts.group(3), text));
                    }
                    break;
                case "range2":
                    if (!comma) {
                        return Region.range(number(parts.group(2), text), number(parts.group(3), text));
                    }
                    break;
                default:
            }
        }
        throw new BadInputException("region '" + text
                + "', expected payload, weights, header, row:OUT, column:IN, cell:OUT,IN or range:START-END");
    }

    private static int number(String digits, String text) {
        long value = Long.parseLong(digits);
        if (value > Integer.MAX_VALUE) {
            throw new BadInputException("region '" + text + "': " + value + " is larger than any payload");
        }
        return (int) value;
    }
}
