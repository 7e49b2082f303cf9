package org.tensorizer.cli;

import static org.tensorizer.base.Printable.escaped;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Printable;
import org.tensorizer.dense.DenseProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.isa.Disassembler;
import org.tensorizer.isa.Fact.Confidence;
import org.tensorizer.isa.Field;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.ScalarCounter;
import org.tensorizer.isa.TileCounter;

/**
 * The reference page of the instruction set: a section an opcode with what it does, its bits drawn, its fields with
 * confidence and source, and an example from a program assembled here; the counters. Nothing on it is written down
 * anywhere but in {@code isa}. Stateless, thread-safe.
 */
final class InstructionSetPage {
    private static final DenseShape EXAMPLE = DenseShape.square(256, ParameterFormat.PER_CHANNEL);

    /** Of the compiled model it equals. */
    private static final Quantization EXAMPLE_QUANTIZATION =
            Quantization.perChannel(0.00784302782267332f, 127, 0.01904885843396187f, 129);

    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
    private static final String FRAME = "instruction-set.html";

    private InstructionSetPage() {}

    /** The page itself. */
    static String html() {
        Map<Opcode, Instruction> examples = examples();
        StringBuilder sections = new StringBuilder();
        StringBuilder index = new StringBuilder();
        for (Opcode opcode : Opcode.values()) {
            index.append(indexRow(opcode));
            sections.append(section(opcode, examples.get(opcode)));
        }
        return InputFile.resource(InstructionSetPage.class, FRAME)
                .replace("{{legend}}", legend())
                .replace("{{index}}", index)
                .replace("{{counters}}", counters())
                .replace("{{opcodes}}", sections);
    }

    /** The first of each opcode in the two streams of the example. */
    private static Map<Opcode, Instruction> examples() {
        Map<Opcode, Instruction> examples = new EnumMap<>(Opcode.class);
        for (Program program : new Program[] {
            DenseProgram.executionOnly(EXAMPLE, EXAMPLE_QUANTIZATION), DenseProgram.parameterCaching(EXAMPLE)
        }) {
            InstructionStream.frame("example", program.bytes())
                    .instructions()
                    .forEach(instruction -> examples.putIfAbsent(instruction.opcode(), instruction));
        }
        return examples;
    }

    private static String indexRow(Opcode opcode) {
        return "<tr><td class=\"num\">0x%02x</td><td><a href=\"#%s\">%s</a></td><td class=\"num\">%s</td><td class=\"num\">%d</td><td>%s</td></tr>%n"
                .formatted(
                        opcode.code(),
                        opcode.name(),
                        opcode.name(),
                        opcode.unit(),
                        opcode.bundles(),
                        escaped(opcode.semantics()));
    }

    private static String counters() {
        return Stream.concat(
                        Stream.of(TileCounter.values())
                                .map(each -> counter("tile", each.id(), each.name(), each.counts())),
                        Stream.of(ScalarCounter.values())
                                .map(each -> counter("scalar side", each.id(), each.name(), each.counts())))
                .collect(Collectors.joining());
    }

    private static String counter(String where, int id, String name, String counts) {
        return "<tr><td>%s</td><td class=\"num\">%d</td><td class=\"name\">%s</td><td>%s</td></tr>%n"
                .formatted(where, id, name, escaped(counts));
    }

    private static String section(Opcode opcode, Instruction example) {
        StringBuilder html = new StringBuilder("<section id=\"%s\">%n".formatted(opcode.name()));
        html.append("<h2>%s <span class=\"code\">%s 0x%02x &middot; %d bundle%s &middot; %d bits</span></h2>%n"
                .formatted(
                        opcode.name(),
                        opcode.unit(),
                        opcode.code(),
                        opcode.bundles(),
                        opcode.bundles() == 1 ? "" : "s",
                        opcode.bits()));
        html.append("<p>").append(escaped(opcode.semantics())).append("</p>\n");
        html.append(new BundleDrawing(opcode).svg());
        html.append("<h3>Fields</h3>\n<table class=\"fields\">\n<tr><th>bits</th><th>field</th>")
                .append(example == null ? "" : "<th>example</th>")
                .append("<th>meaning</th><th></th><th>source</th></tr>\n");
        alike(opcode).forEach((name, fields) -> html.append(row(name, fields, example)));
        html.append("</table>\n");
        if (example != null) {
            html.append("<details><summary>The example, from %s</summary>%n"
                            .formatted(escaped(
                                    EXAMPLE + ": " + ShapeStatus.of(EXAMPLE).reason())))
                    .append("<pre>%s</pre>%n<pre>%s</pre>%n</details>%n"
                            .formatted(escaped(Disassembler.text(example)), HEX.formatHex(example.toBytes())));
        }
        return html.append("</section>\n").toString();
    }

    /** Fields whose names differ in their numbers only share a row: the loops of a walk, the slots of waits. */
    private static Map<String, List<Field>> alike(Opcode opcode) {
        Map<String, List<Field>> rows = new LinkedHashMap<>();
        opcode.fields()
                .forEach(field -> rows.computeIfAbsent(
                                field.name().replaceAll("\\d+(?!.*16)", "#"), key -> new ArrayList<>())
                        .add(field));
        return rows;
    }

    private static String row(String name, List<Field> fields, Instruction example) {
        Field first = fields.get(0);
        String bits = fields.size() == 1
                ? first.width() == 1 ? "" + first.bit() : first.bit() + ".." + (first.end() - 1)
                : fields.stream().map(field -> "" + field.bit()).collect(Collectors.joining(" ")) + " (" + first.width()
                        + ")";
        String values = example == null
                ? ""
                : "<td class=\"num\" style=\"white-space:normal\">"
                        + escaped(fields.stream()
                                .map(field -> field.text(example.get(field)))
                                .collect(Collectors.joining(" ")))
                        + "</td>";
        return "<tr><td class=\"num\" style=\"white-space:normal\">%s</td><td class=\"name\">%s <span class=\"source\">%s</span></td>%s<td>%s</td><td>%s</td><td class=\"source\">%s</td></tr>%n"
                .formatted(
                        bits,
                        escaped(fields.size() == 1 ? first.name() : name),
                        first.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        values,
                        escaped(
                                fields.size() == 1
                                        ? first.meaning()
                                        : first.meaning().replaceAll("loop 0", "the loop")),
                        badge(first.confidence()),
                        escaped(first.source()));
    }

    private static String legend() {
        return legend(Confidence.FIRM, "checked on real compiler output")
                + legend(Confidence.LIKELY, "follows from firm pieces")
                + legend(Confidence.ASSUMPTION, "needed to make the known programs run, not contradicted by anything")
                + legend(Confidence.GUESS, "may well be wrong; the same in every known program")
                + "<span class=\"badge unlisted\">&nbsp;&nbsp;&nbsp;</span><span>no field known; zero in every known"
                + " program</span>\n";
    }

    private static String legend(Confidence confidence, String meaning) {
        return badge(confidence) + "<span>" + meaning + "</span>\n";
    }

    private static String badge(Confidence confidence) {
        String name = confidence.name().toLowerCase(Locale.ROOT);
        return "<span class=\"badge %s\">%s</span>".formatted(name, name);
    }

    /**
     * The bits of an opcode as an SVG picture: a row a bundle, bit 0 at the left, a box a field in the colour of its
     * confidence.
     */
    private static final class BundleDrawing {
        private static final double BIT = 9;
        private static final int MARGIN = 74;
        private static final int TOP = 18;
        private static final int ROW = 26;
        private static final int BOX = 22;
        private static final double CHARACTER = 6.1;
        private static final int TICK = 8;

        private final Opcode opcode;
        private final StringBuilder svg = new StringBuilder();

        BundleDrawing(Opcode opcode) {
            this.opcode = opcode;
        }

        String svg() {
            double width = MARGIN + Opcode.BUNDLE_BITS * BIT + 2;
            append(
                    "<svg viewBox=\"0 0 %.0f %d\" role=\"img\" aria-label=\"Bits of %s\">%n",
                    width, TOP + ROW * opcode.bundles(), opcode.name());
            for (int bit = 0; bit < Opcode.BUNDLE_BITS; bit += TICK) {
                append("<text class=\"axis\" x=\"%.1f\" y=\"11\">%d</text>%n", MARGIN + bit * BIT, bit);
            }
            for (int bundle = 0; bundle < opcode.bundles(); bundle++) {
                int first = bundle * Opcode.BUNDLE_BITS;
                append(
                        "<text class=\"axis\" x=\"0\" y=\"%d\">%d..%d</text>%n",
                        y(bundle) + 15, first, first + Opcode.BUNDLE_BITS - 1);
                append(
                        "<rect class=\"row\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>%n",
                        MARGIN, y(bundle), Opcode.BUNDLE_BITS * BIT, BOX);
            }
            int end = Opcode.BIT + Opcode.WIDTH;
            String title = "opcode 0x%02x, bits %d..%d".formatted(opcode.code(), Opcode.BIT, end - 1);
            box(Opcode.BIT, end, "opcode", "on", "op", title);
            opcode.fields().forEach(this::field);
            return svg.append("</svg>\n").toString();
        }

        private void field(Field field) {
            String title = "%s, bits %d..%d, %s: %s"
                    .formatted(
                            field.name(),
                            field.bit(),
                            field.end() - 1,
                            field.confidence().name().toLowerCase(Locale.ROOT),
                            field.meaning());
            String colour = field.confidence().name().toLowerCase(Locale.ROOT);
            for (int at = field.bit(); at < field.end(); ) {
                int rowEnd = (at / Opcode.BUNDLE_BITS + 1) * Opcode.BUNDLE_BITS;
                int end = Math.min(field.end(), rowEnd);
                box(at, end, colour, "", label(field, end - at), title);
                at = end;
            }
        }

        private void box(int from, int to, String colour, String textClass, String label, String title) {
            int bundle = from / Opcode.BUNDLE_BITS;
            double x = MARGIN + from % Opcode.BUNDLE_BITS * BIT;
            double width = (to - from) * BIT;
            append(
                    "<g><title>%s</title><rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>",
                    Printable.escaped(title), colour, x, y(bundle), width, BOX);
            if (!label.isEmpty()) {
                append(
                        "<text class=\"%s\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                        textClass, x + width / 2, y(bundle) + 15, Printable.escaped(label));
            }
            svg.append("</g>\n");
        }

        /** As much of the name as the box holds: all of it, its last part, or nothing. */
        private static String label(Field field, int bits) {
            int room = (int) (bits * BIT / CHARACTER);
            String name = field.name();
            String last = name.substring(name.lastIndexOf('.') + 1);
            if (name.length() <= room) {
                return name;
            }
            return last.length() <= room ? last : "";
        }

        private static int y(int bundle) {
            return TOP + ROW * bundle;
        }

        private void append(String format, Object... values) {
            svg.append(String.format(Locale.ROOT, format, values));
        }
    }
}
