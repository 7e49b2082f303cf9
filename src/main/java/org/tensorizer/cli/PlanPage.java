package org.tensorizer.cli;

import static org.tensorizer.base.Printable.escaped;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tensorizer.compiler.PlanSummary;
import org.tensorizer.isa.Chip;

/** The plan of a compiled network as a page: narrow memory over time, parameters on the tiles, a table of the steps. */
final class PlanPage {
    private static final int HEIGHT = 480;
    private static final int MOST_COLUMN = 180;

    /** Least height of a box that has room for a line. */
    private static final int LABEL = 12;

    private static final int MOST_WIDTH = 1100;
    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en"><meta charset="utf-8"><title>%1$s</title>
            <style>body{font:14px sans-serif;margin:2em;max-width:1200px}td,th{padding:2px 8px;text-align:left}
            tr:nth-child(even){background:#f4f4f4}rect{stroke:#333;stroke-width:.5}text{font:10px sans-serif}</style>
            <h1>%1$s</h1>
            %2$s
            <h2>Steps</h2>
            <table><tr><th>step<th>what<th>sums<th>wide memory from row<th>op steps</tr>
            %3$s</table>
            <p>Op steps are a calculation: those of the busiest tile; nothing was measured.</p>
            </html>
            """;

    private static final String PICTURES = """
            <h3>Narrow memory of a tile over the steps</h3>
            %1$s<p>%2$d of %3$d bytes are in use. From left to right: step by step; from top to bottom: addresses. Hover over
            a box for what it is.</p>
            <h3>Parameters in wide memory, tile by tile</h3>
            %4$s<p>Of %5$d rows of 256 bytes, those from %6$d on are worked in; %7$d bytes are left.</p>
            """;

    private PlanPage() {}

    /** @param title of the page */
    static String of(String title, PlanSummary plan) {
        return format(PAGE, escaped(title), pictures(plan), steps(plan));
    }

    /** Narrow memory over time, and the parameters on the tiles. */
    static String pictures(PlanSummary plan) {
        return format(
                PICTURES,
                narrow(plan),
                plan.narrowBytes(),
                Chip.NARROW_BYTES,
                tiles(plan),
                Chip.WIDE_ROWS,
                plan.floor(),
                plan.remainingBytes());
    }

    private static String narrow(PlanSummary plan) {
        int last = 1;
        int top = 1;
        for (PlanSummary.Extent extent : plan.images()) {
            last = Math.max(last, extent.to() + 1);
            top = Math.max(top, extent.first() + extent.bytes());
        }
        double column = Math.min(MOST_COLUMN, (double) MOST_WIDTH / last);
        double scale = (double) HEIGHT / top;
        StringBuilder boxes = new StringBuilder();
        StringBuilder labels = new StringBuilder();
        int number = 0;
        for (PlanSummary.Extent extent : plan.images()) {
            double from = scale * extent.first();
            boxes.append(box(
                    column * extent.from(),
                    from,
                    column * (extent.to() - extent.from() + 1),
                    Math.max(1, scale * extent.bytes()),
                    "hsl(" + number++ * 47 % 360 + ",60%,75%)",
                    extent.what() + ": bytes " + extent.first() + " to " + (extent.first() + extent.bytes() - 1)
                            + ", steps " + extent.from() + " to " + extent.to()));
            if (scale * extent.bytes() >= LABEL && column >= MOST_COLUMN) {
                labels.append(format(
                        "<text x=\"%.1f\" y=\"%.1f\">%s</text>%n",
                        column * extent.from() + 4, from + LABEL, escaped(extent.what())));
            }
        }
        boxes.append(labels);
        return svg(column * last, HEIGHT, boxes);
    }

    private static String tiles(PlanSummary plan) {
        double width = 40;
        double height = 200;
        StringBuilder boxes = new StringBuilder();
        for (int tile = 0; tile < Chip.TILES; tile++) {
            double rows = height * plan.tiles().get(tile) / Chip.WIDE_ROWS;
            double floor = height * plan.floor() / Chip.WIDE_ROWS;
            String title = "tile " + tile + ": rows 0 to " + (plan.tiles().get(tile) - 1) + " keep parameters";
            boxes.append(box(tile * width, 0, width - 4, rows, "#88b", title));
            boxes.append(box(tile * width, floor, width - 4, height - floor, "#ddd", "worked in"));
            boxes.append(format("<text x=\"%.1f\" y=\"%.1f\">%d</text>%n", tile * width + 10, height + 12, tile));
        }
        return svg(Chip.TILES * width, height + 14, boxes);
    }

    private static String steps(PlanSummary plan) {
        return IntStream.range(0, plan.steps().size())
                .mapToObj(i -> step(i, plan.steps().get(i)))
                .collect(Collectors.joining());
    }

    private static String step(int number, PlanSummary.Work work) {
        String form = work.form().toLowerCase(Locale.ROOT);
        return format(
                "<tr><td>%d<td>%s<td>%s<td>%d<td>%d</tr>%n",
                number, escaped(work.what()), form, work.floor(), work.cycles());
    }

    private static String svg(double width, double height, CharSequence content) {
        return format("<svg width=\"%.0f\" height=\"%.0f\">%n%s</svg>%n", width + 1, height + 1, content);
    }

    private static String box(double x, double y, double width, double height, String fill, String title) {
        return format(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>%s</title></rect>%n",
                x, y, width, height, fill, escaped(title));
    }

    private static String format(String form, Object... values) {
        return String.format(Locale.ROOT, form, values);
    }
}
