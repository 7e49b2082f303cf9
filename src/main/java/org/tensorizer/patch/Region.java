package org.tensorizer.patch;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.base.BadInputException;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.layout.WeightCells;

/**
 * Which bytes of a payload a pattern goes to. The bytes of a region are numbered in ascending order of their offsets;
 * in the row of a Dense layer that is the order of the inputs, in a column the order of the outputs.
 *
 * <p>{@link Payload} and {@link Range} work on any payload, the others need a layer whose layout is known. Each prints as
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
     * The weights of one output channel, those of all taps.
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
     * The weights of one input channel, those of all taps.
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
     * The weight W[out][ky][kx][in].
     *
     * @param out output channel
     * @param ky row of the kernel, 0 of a Dense layer
     * @param kx column of the kernel
     * @param in input channel
     * @param tap whether the tap was named; without, the kernel must be 1x1
     */
    record Cell(int out, int ky, int kx, int in, boolean tap) implements Region {
        @Override
        public String toString() {
            return "cell:" + out + (tap ? "," + ky + "," + kx : "") + "," + in;
        }
    }

    /**
     * Weights of one tap of the kernel, of one output channel, of some input channels: what all of it says.
     *
     * @param out output channel, -1 for all
     * @param ky row of the kernel, -1 for all taps
     * @param kx column of the kernel
     * @param firstIn first input channel, -1 for all
     * @param endIn one past the last
     */
    record Part(int out, int ky, int kx, int firstIn, int endIn) implements Region {
        @Override
        public String toString() {
            List<String> parts = new ArrayList<>();
            if (out >= 0) {
                parts.add("row:" + out);
            }
            if (ky >= 0) {
                parts.add("kernel:" + ky + "," + kx);
            }
            if (firstIn >= 0) {
                parts.add("channels:" + firstIn + "-" + endIn);
            }
            return String.join("+", parts);
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
        return new Cell(out, 0, 0, in, false);
    }

    static Region cell(int out, int ky, int kx, int in) {
        return new Cell(out, ky, kx, in, true);
    }

    static Region kernel(int ky, int kx) {
        return new Part(-1, ky, kx, -1, -1);
    }

    static Region range(int start, int end) {
        return new Range(start, end);
    }

    /**
     * Reads {@code payload}, {@code weights}, {@code header}, {@code row:OUT}, {@code column:IN}, {@code cell:OUT,IN},
     * {@code cell:OUT,KY,KX,IN}, {@code range:START-END}, END being one past the last byte, or weights that several words
     * joined by {@code +} narrow down: {@code row:OUT}, {@code kernel:KY,KX}, {@code channels:FIRST-END}.
     *
     * @throws BadInputException it is none of these
     */
    static Region parse(String text) {
        return text.contains("+") ? joined(text) : single(text);
    }

    private static Region single(String text) {
        Matcher word = word(text, text);
        int[] n = numbers(text, word.group(2));
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
            default -> throw unknown(text);
        };
    }

    private static Region joined(String text) {
        Region.Part part = new Region.Part(-1, -1, -1, -1, -1);
        for (String each : text.split("\\+", -1)) {
            Matcher word = word(text, each);
            int[] n = numbers(text, word.group(2));
            part = switch (form(word)) {
                case "row:" -> new Region.Part(n[0], part.ky(), part.kx(), part.firstIn(), part.endIn());
                case "kernel:," -> new Region.Part(part.out(), n[0], n[1], part.firstIn(), part.endIn());
                case "channels:-" -> new Region.Part(part.out(), part.ky(), part.kx(), n[0], n[1]);
                default -> throw unknown(text);
            };
        }
        return part;
    }

    /** A word of a region, and the numbers behind it. */
    private static Matcher word(String text, String each) {
        Matcher word = Pattern.compile("([a-z]+)(?::([0-9]{1,10}(?:[,-][0-9]{1,10}){0,3}))?")
                .matcher(each);
        if (!word.matches()) {
            throw unknown(text);
        }
        return word;
    }

    /** The name, a colon if numbers follow, and what stands between them. */
    private static String form(Matcher word) {
        return word.group(1) + (word.group(2) == null ? "" : ":" + word.group(2).replaceAll("[0-9]", ""));
    }

    private static int[] numbers(String text, String list) {
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

    private static BadInputException unknown(String text) {
        return new BadInputException("region '" + text + "', expected payload, weights, header, row:OUT, column:IN,"
                + " kernel:KY,KX, channels:FIRST-END, cell:OUT,IN, cell:OUT,KY,KX,IN or range:START-END; row, kernel and"
                + " channels may be joined by +");
    }

    /**
     * The weights in this region.
     *
     * @throws BadInputException the region holds more than weights, or the layer has no such ones
     */
    default WeightCells cells(PatchedLayer layer) {
        PayloadLayout layout = layer.layout();
        WeightCells all = WeightCells.all(layout);
        WeightCells cells = all;
        if (this instanceof Row row) {
            cells = all.outputs(row.out(), row.out() + 1);
        } else if (this instanceof Column column) {
            cells = all.inputs(column.in(), column.in() + 1);
        } else if (this instanceof Cell cell) {
            if (!cell.tap() && layout.taps() > 1) {
                throw new BadInputException(this + ": " + layer.name() + " has a kernel of " + layout.height() + "x"
                        + layout.width() + ", expected cell:OUT,KY,KX,IN");
            }
            cells = all.outputs(cell.out(), cell.out() + 1)
                    .tap(tap(layout, cell.ky(), cell.kx()))
                    .inputs(cell.in(), cell.in() + 1);
        } else if (this instanceof Part part) {
            cells = part.out() < 0 ? cells : cells.outputs(part.out(), part.out() + 1);
            cells = part.ky() < 0 ? cells : cells.tap(tap(layout, part.ky(), part.kx()));
            cells = part.firstIn() < 0 ? cells : cells.inputs(part.firstIn(), part.endIn());
        } else if (!(this instanceof Weights)) {
            throw new BadInputException(
                    this + " holds more than weights, expected weights, row, column, kernel, channels or cell");
        }
        return cells.requireInside(layout, this, layer.name());
    }

    /** Number of a tap, -1 if the kernel has no such one. */
    private static int tap(PayloadLayout layout, int ky, int kx) {
        boolean inside = ky >= 0 && ky < layout.height() && kx >= 0 && kx < layout.width();
        return inside ? ky * layout.width() + kx : -1;
    }
}
