package org.tensorizer.dense;

import org.tensorizer.isa.Program;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The instruction set as one page to read: every opcode with its bits drawn, every field with meaning, confidence and
 * source, and an example. Generated from {@link InstructionSet}; self-contained, asks for nothing from outside.
 * Stateless, thread-safe.
 */
public final class InstructionSetPage {
    /** The examples are of a program that equals the compiler's, byte for byte. */
    private static final DenseShape EXAMPLE = DenseShape.square(256, ParameterFormat.PER_CHANNEL);

    /** Of the compiled model it equals. */
    private static final Quantization EXAMPLE_QUANTIZATION =
            Quantization.perChannel(0.00784302782267332f, 127, 0.01904885843396187f, 129);

    private static final String FRAME = "instruction-set.html";

    private InstructionSetPage() {}

    /** The page itself. */
    public static String html() {
        Map<Opcode, Map<Variant, Instruction>> examples = examples();
        StringBuilder sections = new StringBuilder();
        StringBuilder index = new StringBuilder();
        for (Opcode opcode : Opcode.values()) {
            index.append(indexRow(opcode));
            sections.append(new OpcodeSection(opcode, examples.getOrDefault(opcode, Map.of())).html());
        }
        return frame().replace("{{legend}}", legend())
                .replace("{{index}}", index)
                .replace("{{opcodes}}", sections);
    }

    /** What the examples are taken from. */
    static String exampleSource() {
        return EXAMPLE + ": " + ShapeStatus.of(EXAMPLE).reason();
    }

    /** The first instruction of each known use in the two streams of the example. */
    private static Map<Opcode, Map<Variant, Instruction>> examples() {
        Map<Opcode, Map<Variant, Instruction>> examples = new EnumMap<>(Opcode.class);
        for (Program program : new Program[] {
            DenseProgram.executionOnly(EXAMPLE, EXAMPLE_QUANTIZATION), DenseProgram.parameterCaching(EXAMPLE)
        }) {
            for (Instruction instruction :
                    InstructionStream.frame("example", program.bytes()).instructions()) {
                InstructionSet.variant(instruction)
                        .ifPresent(
                                variant -> examples.computeIfAbsent(instruction.opcode(), key -> new LinkedHashMap<>())
                                        .putIfAbsent(variant, instruction));
            }
        }
        return examples;
    }

    private static String legend() {
        return legend(Confidence.FIRM, "checked on real compiler output")
                + legend(
                        Confidence.LIKELY, "follows from firm pieces, or from one common shape of several instructions")
                + legend(Confidence.ASSUMPTION, "needed to make the known programs run, not contradicted by anything")
                + legend(Confidence.GUESS, "may well be wrong")
                + legend(Confidence.UNKNOWN, "nobody knows; set in known Dense programs, always to the same values")
                + "<span class=\"badge unlisted\">&nbsp;&nbsp;&nbsp;</span><span>no field known; zero in every known"
                + " Dense program, used by other models</span>\n";
    }

    private static String legend(Confidence confidence, String meaning) {
        return badge(confidence) + "<span>" + meaning + "</span>\n";
    }

    static String badge(Confidence confidence) {
        String name = confidence.name().toLowerCase(Locale.ROOT);
        return "<span class=\"badge %s\">%s</span>".formatted(name, name);
    }

    private static String indexRow(Opcode opcode) {
        return "<tr><td class=\"num\">0x%02x</td><td><a href=\"#%s\">%s</a></td><td class=\"num\">%d</td><td>%s</td><td>%s</td></tr>%n"
                .formatted(
                        opcode.code(),
                        opcode.name(),
                        opcode.name(),
                        opcode.bundles(),
                        escape(opcode.meaning()),
                        badge(opcode.confidence()));
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String frame() {
        try (InputStream in = InstructionSetPage.class.getResourceAsStream(FRAME)) {
            if (in == null) {
                throw new IllegalStateException(FRAME + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
