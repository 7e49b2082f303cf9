package org.tensorizer.dense;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A bit is 9 units wide, a bundle one row of 26; bit 0 of bundle 0 starts at (74, 18). */
class BundleDrawingTest {
    private static final Pattern BOX = Pattern.compile(
            "<g><title>([^<]*)</title><rect class=\"([a-z]+)\" x=\"([0-9.]+)\""
                    + " y=\"([0-9]+)\" width=\"([0-9.]+)\" height=\"22\" rx=\"2\"/>"
                    + "(?:<text class=\"[a-z]*\" x=\"([0-9.]+)\" y=\"([0-9]+)\" text-anchor=\"middle\">([^<]*)</text>)?</g>");
    private static final Pattern AXIS =
            Pattern.compile("<text class=\"axis\" x=\"([0-9.]+)\" y=\"([0-9]+)\">([0-9.]+)</text>");

    @ParameterizedTest
    @EnumSource(Opcode.class)
    void everyFieldHasItsBoxes(Opcode opcode) {
        List<MatchResult> boxes =
                BOX.matcher(new BundleDrawing(opcode).svg()).results().toList();
        assertThat(boxes.get(0).group(1)).isEqualTo("opcode 0x%02x, bits 6..11".formatted(opcode.code()));
        assertThat(bits(boxes.subList(0, 1))).isEqualTo(range(6, 12));
        int at = 1;
        for (Field field : InstructionSet.fields(opcode)) {
            int rows = (field.end() - 1) / 128 - field.bit() / 128 + 1;
            List<MatchResult> own = boxes.subList(at, at + rows);
            assertThat(bits(own)).as("%s", field).isEqualTo(range(field.bit(), field.end()));
            for (MatchResult box : own) {
                assertThat(box.group(1))
                        .startsWith(field.name() + ", bits " + field.bit() + ".." + (field.end() - 1) + ", ");
                assertThat(box.group(2))
                        .isEqualToIgnoringCase(field.confidence().name());
                label(field, box);
            }
            at += rows;
        }
        assertThat(boxes).hasSize(at);
    }

    private static BitSet range(int from, int to) {
        BitSet bits = new BitSet();
        bits.set(from, to);
        return bits;
    }

    private static BitSet bits(List<MatchResult> boxes) {
        BitSet bits = new BitSet();
        for (MatchResult box : boxes) {
            int first = (Integer.parseInt(box.group(4)) - 18) / 26 * 128
                    + (int) Math.round((Double.parseDouble(box.group(3)) - 74) / 9);
            int width = (int) Math.round(Double.parseDouble(box.group(5)) / 9);
            assertThat(bits.get(first, first + width).isEmpty()).isTrue();
            bits.set(first, first + width);
        }
        return bits;
    }

    /** All of the name, or its last part, or nothing: the longest that fits at 6.1 units a character. */
    private static void label(Field field, MatchResult box) {
        String name = field.reserved() ? "?" : field.name();
        String last = name.replaceFirst("^.*\\.", "");
        double width = Double.parseDouble(box.group(5));
        String fits = 6.1 * name.length() <= width ? name : 6.1 * last.length() <= width ? last : null;
        assertThat(box.group(8)).as("%s in %.0f", name, width).isEqualTo(fits);
        if (fits != null) {
            assertThat(Double.parseDouble(box.group(6)))
                    .isCloseTo(Double.parseDouble(box.group(3)) + width / 2, org.assertj.core.data.Offset.offset(0.11));
            assertThat(Integer.parseInt(box.group(7))).isEqualTo(Integer.parseInt(box.group(4)) + 15);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Opcode.class,
            names = {"START", "TENSOR"})
    void axesNameBitsAndBundles(Opcode opcode) {
        String svg = new BundleDrawing(opcode).svg();
        int height = 18 + 26 * opcode.bundles();
        assertThat(svg)
                .startsWith(
                        "<svg viewBox=\"0 0 1228 " + height + "\" role=\"img\" aria-label=\"Bits of " + opcode + "\">")
                .endsWith("</svg>\n");
        List<String> expected = new ArrayList<>();
        for (int bit = 0; bit < 128; bit += 8) {
            expected.add("%d.0 11 %d".formatted(74 + 9 * bit, bit));
        }
        for (int bundle = 0; bundle < opcode.bundles(); bundle++) {
            expected.add("0 %d %d..%d".formatted(18 + 26 * bundle + 15, 128 * bundle, 128 * bundle + 127));
            assertThat(svg)
                    .contains("<rect class=\"row\" x=\"74\" y=\"" + (18 + 26 * bundle)
                            + "\" width=\"1152.0\" height=\"22\"/>");
        }
        assertThat(AXIS.matcher(svg).results().map(axis -> axis.group(1) + " " + axis.group(2) + " " + axis.group(3)))
                .containsExactlyElementsOf(expected);
    }
}
