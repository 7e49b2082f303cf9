package org.tensorizer.cli;

import java.util.Locale;
import org.tensorizer.base.Printable;
import org.tensorizer.isa.Field;
import org.tensorizer.isa.Opcode;

/** The bits of an opcode as an SVG picture: a row a bundle, bit 0 at the left, a box a field in the colour of its confidence. */
final class BundleDrawing {
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
        box(6, 12, "opcode", "on", "op", "opcode 0x%02x, bits 6..11".formatted(opcode.code()));
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
