package org.tensorizer.dense;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InstructionSetPageTest {
    /** Made anew for each test: a constant of the class would hide what the code does now. */
    private final String page = InstructionSetPage.html();

    @Test
    void everyOpcodeAndEveryFieldIsThere() {
        for (Opcode opcode : Opcode.values()) {
            String section = section(opcode);
            assertThat(section).contains("0x%02x".formatted(opcode.code())).contains(opcode.meaning());
            for (Field field : InstructionSet.fields(opcode)) {
                assertThat(section)
                        .as("%s %s", opcode, field)
                        .contains("<title>" + field.name() + ", bits " + field.bit() + ".." + (field.end() - 1) + ", ");
            }
        }
    }

    @Test
    void everyKnownUseHasAnExample() {
        for (Variant variant : Variant.values()) {
            assertThat(section(variant.opcode()))
                    .contains("<th>" + variant.name().toLowerCase(Locale.ROOT).replace('_', ' ') + "</th>");
        }
    }

    @Test
    void nothingIsAskedForFromOutside() {
        assertThat(page).doesNotContain("http:", "https:", "<script", "@import", "{{");
        assertThat(Pattern.compile("(src|href)=\"(?!#)").matcher(page).find()).isFalse();
        assertThat(Pattern.compile("url\\((?!#)").matcher(page).find()).isFalse();
    }

    @Test
    void theRowsOfAnOpcodeSayWhatItsTableSays() {
        String wide = section(Opcode.WIDE);
        for (OpcodeTable.Item item : InstructionSet.table(Opcode.WIDE).itemsByPosition()) {
            if (item.walk() == null) {
                row(wide, bits(item.field()), item.field().name(), item.field());
            } else {
                Walk walk = item.walk();
                row(
                        wide,
                        bits(walk.base().orElseThrow()),
                        walk.name() + ".base",
                        walk.base().orElseThrow());
                row(wide, positions(walk.strides()), walk.name() + ".stride0.." + (walk.loops() - 1), null);
                row(wide, positions(walk.limits()), walk.name() + ".limit0.." + (walk.loops() - 1), null);
                row(
                        wide,
                        bits(walk.active().orElseThrow()),
                        walk.name() + ".active",
                        walk.active().orElseThrow());
            }
        }
        assertThat(wide).contains("<td>steps of the loop, minus 1</td>").doesNotContain("<td>steps of loop 0");
        assertThat(Pattern.compile("rows\\.stride0\\.\\.3 <span class=\"source\">signed</span></td>")
                        .matcher(wide)
                        .find())
                .isTrue();
        assertThat(wide).doesNotContain("rows.base <span").contains("rows.base</td>");
    }

    private static String bits(Field field) {
        return field.width() == 1 ? "" + field.bit() : field.bit() + ".." + (field.end() - 1);
    }

    private static String positions(List<Field> fields) {
        int first = fields.get(0).width();
        int last = fields.get(fields.size() - 1).width();
        return fields.stream().map(field -> "" + field.bit()).collect(Collectors.joining(" "))
                + (first == last ? " (" + first + ")" : " (" + first + ", last " + last + ")");
    }

    private static void row(String section, String bits, String name, Field field) {
        int at = section.indexOf("white-space:normal\">" + bits + "</td><td class=\"name\">" + name);
        assertThat(at).as("%s at %s", name, bits).isPositive();
        String row = section.substring(at, section.indexOf("</tr>", at));
        if (field != null) {
            assertThat(row)
                    .contains("<td>" + InstructionSetPage.escape(field.meaning()) + "</td>")
                    .contains("badge " + field.confidence().name().toLowerCase(Locale.ROOT))
                    .endsWith("<td class=\"source\">" + field.source() + "</td>");
        }
    }

    @Test
    void anExampleShowsItsValuesAndItsBytes() {
        Instruction start = InstructionStream.frame(
                        "example",
                        DenseProgram.executionOnly(
                                        DenseShape.square(256, ParameterFormat.PER_CHANNEL),
                                        Quantization.perChannel(0.00784302782267332f, 127, 0.01904885843396187f, 129))
                                .bytes())
                .get(0);
        String section = section(Opcode.START);
        assertThat(section)
                .contains("1 bundle &middot; 128 bits")
                .contains("<td class=\"num\">" + start.get("body.bits") + "</td>")
                .contains("<summary>Bytes of the example, from Dense 256 -&gt; 256, PER_CHANNEL: both streams")
                .contains("<pre>start\n" + Disassembler.text(start) + "\n   0  "
                        + HexFormat.ofDelimiter(" ").formatHex(start.toBytes()) + "\n</pre>");

        String tensor = section(Opcode.TENSOR);
        assertThat(tensor).contains("17 bundles &middot; 2176 bits");
        String bytes = tensor.substring(tensor.indexOf("<pre>"), tensor.indexOf("</pre>"));
        for (int bundle = 0; bundle < 17; bundle++) {
            assertThat(bytes).contains("\n%4d  ".formatted(bundle));
        }
        assertThat(bytes.lines().filter(line -> line.matches(" *\\d+  [0-9a-f]{2}( [0-9a-f]{2}){15}")))
                .hasSize(17);
        String hex = bytes.lines()
                .filter(line -> line.matches(" *\\d+  [0-9a-f ]{47}"))
                .map(line -> line.substring(6))
                .collect(Collectors.joining(" "));
        InstructionStream read =
                InstructionStream.frame("page", HexFormat.ofDelimiter(" ").parseHex(hex));
        assertThat(read.size()).isOne();
        assertThat(bytes).contains(InstructionSetPage.escape(Disassembler.text(read.get(0))));
        assertThat(section(Opcode.FENCE)).contains("<summary>Bytes of the examples, from");
    }

    @Test
    void whatIsNotKnownIsSaid() {
        Opcode branch = Stream.of(Opcode.values())
                .filter(opcode -> InstructionSet.fields(opcode).isEmpty())
                .findFirst()
                .orElseThrow();
        assertThat(section(branch))
                .contains("No field is known beside the opcode.")
                .contains("No example: Dense programs do not hold it.");
        assertThat(section(Opcode.START)).doesNotContain("No field is known").doesNotContain("No example");
    }

    @Test
    void legendAndIndexStandBeforeTheOpcodes() {
        for (Confidence confidence : Confidence.values()) {
            String name = confidence.name().toLowerCase(Locale.ROOT);
            assertThat(page).contains("<span class=\"badge " + name + "\">" + name + "</span><span>");
        }
        for (Opcode opcode : Opcode.values()) {
            assertThat(page)
                    .contains(
                            "<tr><td class=\"num\">0x%02x</td><td><a href=\"#%s\">%s</a></td><td class=\"num\">%d</td>"
                                    .formatted(opcode.code(), opcode, opcode, opcode.bundles()));
        }
        assertThat(InstructionSetPage.escape("<a & \"b\">")).isEqualTo("&lt;a &amp; &quot;b&quot;&gt;");
    }

    private String section(Opcode opcode) {
        int from = page.indexOf("<section id=\"" + opcode.name() + "\">");
        assertThat(from).as("section of %s", opcode).isPositive();
        return page.substring(from, page.indexOf("</section>", from));
    }
}
