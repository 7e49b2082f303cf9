package org.tensorizer.patch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.base.BadInputException;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.layout.WeightBlock;

/**
 * Which bytes of a payload a pattern goes to. The bytes of a region are numbered in ascending order of their offsets;
 * in a row that is the order of the inputs, in a column the order of the outputs.
 *
 * <p>{@link Payload} and {@link Range} work on any payload, the others need the layout of a Dense layer. Each prints as
 * the text that {@link #parse} reads. Immutable.
 */
public sealed interface Region {

    /** Every byte of the payload. On a payload with a header a blanket pattern destroys scales and biases too. */
    record Payload() implements Region {
        @Override
        public String toString() {
            return "payload";
        }
    }

    /** The bytes of all weights, no header and no padding. */
    record Weights() implements Region {
        @Override
        public String toString() {
            return "weights";
        }
    }

    /** The header rows of all groups, with their padding. */
    record Header() implements Region {
        @Override
        public String toString() {
            return "header";
        }
    }

    /**
     * The weights of one output channel: W[out][0], W[out][1], ...
     *
     * @param out output channel
     */
    record Row(int out) implements Region {
        @Override
        public String toString() {
            return "row:" + out;
        }
    }

    /**
     * The weights of one input channel: W[0][in], W[1][in], ...
     *
     * @param in input channel
     */
    record Column(int in) implements Region {
        @Override
        public String toString() {
            return "column:" + in;
        }
    }

    /**
     * The weight W[out][in].
     *
     * @param out output channel
     * @param in input channel
     */
    record Cell(int out, int in) implements Region {
        @Override
        public String toString() {
            return "cell:" + out + "," + in;
        }
    }

    /**
     * Bytes {@code start} to {@code end - 1}, counted from the first byte of the payload.
     *
     * @param start first byte
     * @param end one past the last byte
     */
    record Range(int start, int end) implements Region {
        public Range {
            if (start < 0 || end <= start) {
                throw new BadInputException(
                        "range:" + start + "-" + end + ": expected a first byte from 0 on and an end behind it");
            }
        }

        @Override
        public String toString() {
            return "range:" + start + "-" + end;
        }
    }

    static Region payload() {
        return new Payload();
    }

    static Region weights() {
        return new Weights();
    }

    static Region header() {
        return new Header();
    }

    static Region row(int out) {
        return new Row(out);
    }

    static Region column(int in) {
        return new Column(in);
    }

    static Region cell(int out, int in) {
        return new Cell(out, in);
    }

    static Region range(int start, int end) {
        return new Range(start, end);
    }

    /**
     * Reads {@code payload}, {@code weights}, {@code header}, {@code row:OUT}, {@code column:IN}, {@code cell:OUT,IN} or
     * {@code range:START-END}, END being one past the last byte.
     *
     * @throws BadInputException it is none of these
     */
    static Region parse(String text) {
        return RegionText.parse(text);
    }

    /**
     * The weights in this region as a rectangle.
     *
     * @throws org.tensorizer.base.BadInputException the region is no rectangle of weights, or the layer has no such channel
     */
    default WeightBlock block(DenseLayout layout) {
        return layout.requireInside(rectangle(layout));
    }

    private WeightBlock rectangle(DenseLayout layout) {
        int outputs = layout.shape().outputs();
        int inputs = layout.shape().inputs();
        if (this instanceof Weights) {
            return new WeightBlock(0, 0, outputs, inputs);
        } else if (this instanceof Row row) {
            return new WeightBlock(row.out(), 0, 1, inputs);
        } else if (this instanceof Column column) {
            return new WeightBlock(0, column.in(), outputs, 1);
        } else if (this instanceof Cell cell) {
            return new WeightBlock(cell.out(), cell.in(), 1, 1);
        }
        throw new BadInputException(this + " is no rectangle of weights, expected weights, row, column or cell");
    }

    /** Reads what regions print. */
    static final class RegionText {
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
}
