package org.tensorizer.dense;

import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The part of the page about one opcode: the drawing, the table of its fields, the examples. */
final class OpcodeSection {
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    private final Opcode opcode;
    private final Map<Variant, Instruction> examples;

    /** @param examples one instruction for each known use, empty if no example is at hand */
    OpcodeSection(Opcode opcode, Map<Variant, Instruction> examples) {
        this.opcode = opcode;
        this.examples = examples;
    }

    String html() {
        StringBuilder html = new StringBuilder("<section id=\"%s\">%n".formatted(opcode.name()));
        html.append("<h2>%s <span class=\"code\">0x%02x &middot; %d bundle%s &middot; %d bits</span> %s</h2>%n"
                .formatted(
                        opcode.name(),
                        opcode.code(),
                        opcode.bundles(),
                        opcode.bundles() == 1 ? "" : "s",
                        opcode.bits(),
                        InstructionSetPage.badge(opcode.confidence())));
        html.append("<p>").append(InstructionSetPage.escape(opcode.meaning())).append("</p>\n");
        html.append(new BundleDrawing(opcode).svg());
        fields(html);
        examples(html);
        return html.append("</section>\n").toString();
    }

    private void fields(StringBuilder html) {
        List<OpcodeTable.Item> items = InstructionSet.table(opcode).itemsByPosition();
        if (items.isEmpty()) {
            html.append("<p class=\"soft\">No field is known beside the opcode.</p>\n");
            return;
        }
        html.append("<h3>Fields</h3>\n<table class=\"fields\">\n<tr><th>bits</th><th>field</th>");
        for (Variant variant : examples.keySet()) {
            html.append("<th>").append(example(variant)).append("</th>");
        }
        html.append("<th>meaning</th><th></th><th>source</th></tr>\n");
        for (OpcodeTable.Item item : items) {
            if (item.walk() != null) {
                walk(html, item.walk());
            } else {
                field(html, item.field());
            }
        }
        html.append("</table>\n");
    }

    private static String example(Variant variant) {
        return variant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private void field(StringBuilder html, Field field) {
        row(html, bits(field), field.name(), List.of(field), field);
    }

    /** A walk takes four rows whatever the number of its loops: the positions of strides and limits follow a pitch. */
    private void walk(StringBuilder html, Walk walk) {
        walk.base().ifPresent(base -> field(html, base));
        loops(html, walk.name() + ".stride", walk.strides());
        loops(html, walk.name() + ".limit", walk.limits());
        walk.active().ifPresent(active -> field(html, active));
    }

    private void loops(StringBuilder html, String name, List<Field> fields) {
        String positions = fields.stream().map(field -> "" + field.bit()).collect(Collectors.joining(" "));
        Field first = fields.get(0);
        Field last = fields.get(fields.size() - 1);
        String width = " (" + first.width() + (last.width() == first.width() ? "" : ", last " + last.width()) + ")";
        row(html, positions + width, name + "0.." + (fields.size() - 1), fields, first);
    }

    private void row(StringBuilder html, String bits, String name, List<Field> fields, Field facts) {
        String kind = facts.signed() ? " <span class=\"source\">signed</span>" : "";
        html.append("<tr><td class=\"num\" style=\"white-space:normal\">%s</td><td class=\"name\">%s%s</td>"
                .formatted(bits, InstructionSetPage.escape(name), kind));
        for (Instruction instruction : examples.values()) {
            html.append("<td class=\"num\">")
                    .append(fields.stream()
                            .map(field -> FieldText.value(field, instruction.get(field)))
                            .collect(Collectors.joining("<br>")))
                    .append("</td>");
        }
        html.append("<td>%s</td><td>%s</td><td class=\"source\">%s</td></tr>%n"
                .formatted(
                        InstructionSetPage.escape(meaning(facts)),
                        InstructionSetPage.badge(facts.confidence()),
                        InstructionSetPage.escape(facts.source())));
    }

    /** In the row of all loops the loop has no number. */
    private static String meaning(Field field) {
        return field.meaning().replace("loop 0", "the loop");
    }

    private static String bits(Field field) {
        return field.width() == 1 ? "" + field.bit() : field.bit() + ".." + (field.end() - 1);
    }

    private void examples(StringBuilder html) {
        if (examples.isEmpty()) {
            html.append("<p class=\"soft\">No example: Dense programs do not hold it.</p>\n");
            return;
        }
        html.append("<details><summary>Bytes of the example%s, from %s</summary>%n"
                .formatted(
                        examples.size() == 1 ? "" : "s",
                        InstructionSetPage.escape(InstructionSetPage.exampleSource())));
        examples.forEach((variant, instruction) -> {
            html.append("<pre>").append(example(variant)).append('\n');
            html.append(InstructionSetPage.escape(Disassembler.text(instruction)))
                    .append('\n');
            byte[] bytes = instruction.toBytes();
            for (int bundle = 0; bundle < instruction.bundles(); bundle++) {
                int at = bundle * Opcode.BUNDLE_BYTES;
                html.append("%4d  ".formatted(bundle))
                        .append(HEX.formatHex(bytes, at, at + Opcode.BUNDLE_BYTES))
                        .append('\n');
            }
            html.append("</pre>\n");
        });
        html.append("</details>\n");
    }
}
