package org.tensorizer.cli;

import static org.tensorizer.base.Printable.escaped;

import java.util.Locale;
import org.tensorizer.compiler.PlanSummary;
import org.tensorizer.conv.ParameterPlaces.Piece;
import org.tensorizer.isa.Chip;

/**
 * The plan of a compiled network as a page that needs nothing else: tensors over time in narrow memory, parameters and work
 * areas in wide memory tile by tile, a table of the steps.
 */
final class PlanPage {
    private static final String STYLE = """
            body{font:14px/1.5 system-ui,sans-serif;margin:24px auto;max-width:1040px;padding:0 16px;color:#1c2430;background:#fff}
            h1{font-size:20px}h2{font-size:16px;margin-top:28px}h3{font-size:15px}table{border-collapse:collapse;width:100%}
            td,th{padding:3px 10px 3px 0;text-align:left;border-bottom:1px solid #e3e7ec}td.n,th.n{text-align:right}
            i{display:inline-block;width:12px;height:12px;border:1px solid #1c2430;margin-right:8px;vertical-align:-1px}
            .note{color:#5a6675}div.scroll{overflow-x:auto}
            """;

    /** For every page that shows the pictures. */
    private static final String PICTURES = """
            <style>svg.plan{width:100%;height:auto;background:#fff}svg.plan text{font:11px system-ui,sans-serif;fill:#1c2430}
            svg.plan .grid{stroke:#e3e7ec}svg.plan rect{stroke:#1c2430;stroke-width:.5}svg.plan .work{fill:#d5dae1}</style>
            """;

    private static final int LEFT = 84;
    private static final int TOP = 8;
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 360;
    private static final int BOTTOM = 44;
    private static final int TICKS = 6;
    private static final int LETTER = 6;
    private static final int LINE = 12;

    private final PlanSummary plan;
    private final StringBuilder html = new StringBuilder();

    private PlanPage(PlanSummary plan) {
        this.plan = plan;
    }

    /** @param title of the page */
    static String of(String title, PlanSummary plan) {
        PlanPage page = new PlanPage(plan);
        page.html.append("""
                <!doctype html><html lang="en"><head><meta charset="utf-8"><title>%s</title>\
                <meta name="viewport" content="width=device-width"><style>%s</style></head><body><h1>%s</h1>
                """.formatted(escaped(title), STYLE, escaped(title)));
        page.both();
        page.steps();
        page.html.append("</body></html>\n");
        return page.html.toString();
    }

    /** Narrow memory over time, and the parameters on the tiles, for a page about more. */
    static String pictures(PlanSummary plan) {
        PlanPage page = new PlanPage(plan);
        page.both();
        return page.html.toString();
    }

    private void both() {
        html.append(PICTURES).append("<h3>Narrow memory of a tile over the steps</h3>\n");
        narrow();
        note(
                "%,d of %,d bytes are in use. A box is a tensor: the bytes of its largest part, from the step that makes it to"
                        + " the last that reads it. Point at a box for its name.",
                plan.narrowBytes(), Chip.NARROW_BYTES);
        html.append("<h3>Wide memory of each tile</h3>\n");
        wide();
        note(
                "Rows of %d bytes. Colours are the steps': rows that keep their parameters. Gray rows, from %d on, are worked"
                        + " in. %,d bytes of parameters are kept, %,d bytes are free.",
                Chip.ROW_BYTES, plan.floor(), plan.parameterBytes(), plan.remainingBytes());
    }

    private void narrow() {
        int columns = plan.steps().size() + 1;
        int top = 1;
        for (PlanSummary.Extent extent : plan.images()) {
            columns = Math.max(columns, extent.to() + 1);
            top = Math.max(top, extent.first() + extent.bytes());
        }
        axes("byte address", top, "step (in: the input arrives)");
        double column = (double) WIDTH / columns;
        double scale = (double) HEIGHT / top;
        for (PlanSummary.Extent extent : plan.images()) {
            int last = extent.first() + extent.bytes() - 1;
            double width = column * (extent.to() - extent.from() + 1);
            double height = Math.max(1, scale * extent.bytes());
            String title = String.format(
                    Locale.ROOT,
                    "%s: bytes %,d to %,d, %s to %s",
                    extent.what(),
                    extent.first(),
                    last,
                    time(extent.from()),
                    time(extent.to()));
            String fill = extent.from() == 0 ? "#eef1f4" : color(extent.from() - 1);
            box(column * extent.from(), scale * extent.first(), width, height, "fill=\"" + fill + '"', title);
            if (height > LINE && width > LETTER * extent.what().length()) {
                text(column * extent.from() + 4, scale * extent.first() + height / 2 + 4, "start", extent.what());
            }
        }
        for (int i = 0, every = (int) Math.ceil(30 / column); i < columns; i += every) {
            text(column * (i + 0.5), HEIGHT + 16, "middle", i == 0 ? "in" : Integer.toString(i - 1));
        }
        html.append("</svg>\n");
    }

    private static String time(int column) {
        return column == 0 ? "arrival of the input" : "step " + (column - 1);
    }

    private void wide() {
        axes("row", Chip.WIDE_ROWS, "tile");
        double column = (double) WIDTH / Chip.TILES;
        double scale = (double) HEIGHT / Chip.WIDE_ROWS;
        for (int tile = 0; tile < Chip.TILES; tile++) {
            double height = scale * (Chip.WIDE_ROWS - plan.floor());
            String title = "tile " + tile + ": rows " + plan.floor() + " to " + (Chip.WIDE_ROWS - 1) + " are worked in";
            box(column * tile + 4, scale * plan.floor(), column - 8, height, "class=\"work\"", title);
            text(column * (tile + 0.5), HEIGHT + 16, "middle", Integer.toString(tile));
        }
        for (int step = 0; step < plan.steps().size(); step++) {
            for (Piece piece : plan.steps().get(step).parameters()) {
                String title = "step " + step + ", " + plan.steps().get(step).what() + ": " + place(piece);
                double height = Math.max(1, scale * piece.rows());
                String fill = "fill=\"" + color(step) + '"';
                box(column * piece.tile() + 4, scale * piece.row(), column - 8, height, fill, title);
            }
        }
        html.append("</svg>\n");
    }

    private static String place(Piece piece) {
        return "tile " + piece.tile() + ", rows " + piece.row() + " to " + (piece.row() + piece.rows() - 1);
    }

    private void steps() {
        html.append("<h3>Steps</h3>\n<div class=\"scroll\"><table><tr><th>step<th>what<th>form<th>parameters"
                + "<th class=\"n\">rows<th class=\"n\">works from row<th class=\"n\">op steps</tr>\n");
        for (int i = 0; i < plan.steps().size(); i++) {
            PlanSummary.Work work = plan.steps().get(i);
            int rows = work.parameters().stream().mapToInt(Piece::rows).sum();
            html.append(String.format(
                    Locale.ROOT,
                    "<tr><td><i style=\"background:%s\"></i>%d<td>%s<td>%s<td>%s<td class=\"n\">%s<td class=\"n\">%d"
                            + "<td class=\"n\">%,d</tr>%n",
                    color(i),
                    i,
                    escaped(work.what()),
                    work.form().toLowerCase(Locale.ROOT).replace('_', ' '),
                    places(work),
                    rows == 0 ? "" : String.format(Locale.ROOT, "%,d", rows),
                    work.floor(),
                    work.cycles()));
        }
        html.append("</table></div>\n");
        note("Op steps are a calculation, those of the busiest tile; nothing was measured.");
    }

    private static String places(PlanSummary.Work work) {
        int pieces = work.parameters().size();
        return pieces == 0
                ? ""
                : place(work.parameters().get(0)) + (pieces == 1 ? "" : ", and " + (pieces - 1) + " more");
    }

    /** Begins a figure: a grid of ticks with their numbers, a title at each axis. */
    private void axes(String down, int rows, String across) {
        html.append(String.format(
                Locale.ROOT,
                "<svg class=\"plan\" role=\"img\" viewBox=\"%d %d %d %d\">%n",
                -LEFT,
                -TOP,
                LEFT + WIDTH + 4,
                TOP + HEIGHT + BOTTOM));
        int step = tick(rows);
        for (int at = 0; at <= rows; at += step) {
            double y = (double) HEIGHT * at / rows;
            html.append(String.format(Locale.ROOT, "<path class=\"grid\" d=\"M0 %.1fH%d\"/>", y, WIDTH));
            text(-6, y + 4, "end", String.format(Locale.ROOT, "%,d", at));
        }
        html.append(String.format(
                Locale.ROOT,
                "<text transform=\"translate(%d %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                12 - LEFT,
                HEIGHT / 2,
                down));
        text(WIDTH / 2.0, HEIGHT + 34, "middle", across);
    }

    /** A step between ticks, 1, 2 or 5 times a power of ten. */
    private static int tick(int range) {
        int power = 1;
        while (true) {
            for (int factor : new int[] {1, 2, 5}) {
                if ((long) factor * power * TICKS >= range) {
                    return factor * power;
                }
            }
            power *= 10;
        }
    }

    private static String color(int step) {
        return "hsl(" + step * 47 % 360 + ",60%,75%)";
    }

    private void text(double x, double y, String anchor, String text) {
        html.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                escaped(text)));
    }

    private void box(double x, double y, double width, double height, String attribute, String title) {
        html.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" %s><title>%s</title></rect>%n",
                x,
                y,
                width,
                height,
                attribute,
                escaped(title)));
    }

    private void note(String text, Object... values) {
        html.append("<p class=\"note\">")
                .append(String.format(Locale.ROOT, text, values))
                .append("</p>\n");
    }
}
