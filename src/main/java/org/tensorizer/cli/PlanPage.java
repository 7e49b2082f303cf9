package org.tensorizer.cli;

import static org.tensorizer.base.Printable.escaped;

import java.util.Locale;
import org.tensorizer.compiler.PlanSummary;
import org.tensorizer.isa.Chip;

/** The plan of a compiled network as a page: narrow memory over time, parameters on the tiles, a table of the steps. */
final class PlanPage {
    private static final int HEIGHT = 480;
    private static final int MOST_COLUMN = 60;
    private static final int MOST_WIDTH = 1100;

    private final PlanSummary plan;
    private final StringBuilder html = new StringBuilder();

    private PlanPage(PlanSummary plan) {
        this.plan = plan;
    }

    /** @param title of the page */
    static String of(String title, PlanSummary plan) {
        PlanPage page = new PlanPage(plan);
        page.write(title);
        return page.html.toString();
    }

    private void write(String title) {
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>")
                .append(escaped(title));
        html.append("</title>\n<style>body{font:14px sans-serif;margin:2em;max-width:1200px}td,th{padding:2px 8px;")
                .append("text-align:left}tr:nth-child(even){background:#f4f4f4}rect{stroke:#333;stroke-width:.5}")
                .append("text{font:10px sans-serif}</style>\n<h1>")
                .append(escaped(title))
                .append("</h1>\n<h2>Narrow memory of a tile over the steps</h2>\n");
        narrow();
        html.append("<p>").append(plan.narrowBytes()).append(" of ").append(Chip.NARROW_BYTES);
        html.append(
                        " bytes are in use. From left to right: step by step; from top to bottom: addresses. Hover over a box")
                .append(" for what it is.</p>\n<h2>Parameters in wide memory, tile by tile</h2>\n");
        tiles();
        html.append("<p>Of ")
                .append(Chip.WIDE_ROWS)
                .append(" rows of 256 bytes, those from ")
                .append(plan.floor());
        html.append(" on are worked in; ").append(plan.remainingBytes()).append(" bytes are left.</p>\n");
        steps();
        html.append("</html>\n");
    }

    private void narrow() {
        int last = 1;
        int top = 1;
        for (PlanSummary.Extent extent : plan.images()) {
            last = Math.max(last, extent.to() + 1);
            top = Math.max(top, extent.first() + extent.bytes());
        }
        double column = Math.min(MOST_COLUMN, (double) MOST_WIDTH / last);
        double scale = (double) HEIGHT / top;
        svg(column * last, HEIGHT);
        int number = 0;
        for (PlanSummary.Extent extent : plan.images()) {
            String title = extent.what() + ": bytes " + extent.first() + " to " + (extent.first() + extent.bytes() - 1)
                    + ", steps " + extent.from() + " to " + extent.to();
            rectangle(
                    column * extent.from(),
                    scale * extent.first(),
                    column * (extent.to() - extent.from() + 1),
                    Math.max(1, scale * extent.bytes()),
                    "hsl(" + number++ * 47 % 360 + ",60%,75%)",
                    title);
        }
        html.append("</svg>\n");
    }

    private void tiles() {
        double width = 40;
        double height = 200;
        svg(Chip.TILES * width, height + 14);
        for (int tile = 0; tile < Chip.TILES; tile++) {
            double rows = height * plan.tiles().get(tile) / Chip.WIDE_ROWS;
            double floor = height * plan.floor() / Chip.WIDE_ROWS;
            String title = "tile " + tile + ": rows 0 to " + (plan.tiles().get(tile) - 1) + " keep parameters";
            rectangle(tile * width, 0, width - 4, rows, "#88b", title);
            rectangle(tile * width, floor, width - 4, height - floor, "#ddd", "worked in");
            html.append(String.format(
                    Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\">%d</text>%n", tile * width + 10, height + 12, tile));
        }
        html.append("</svg>\n");
    }

    private void steps() {
        html.append("<h2>Steps</h2>\n<table><tr><th>step<th>what<th>sums<th>wide memory from row<th>op steps</tr>\n");
        for (int i = 0; i < plan.steps().size(); i++) {
            PlanSummary.Work work = plan.steps().get(i);
            html.append("<tr><td>").append(i).append("<td>").append(escaped(work.what()));
            html.append("<td>")
                    .append(work.form().toLowerCase(Locale.ROOT))
                    .append("<td>")
                    .append(work.floor());
            html.append("<td>").append(work.cycles()).append("</tr>\n");
        }
        html.append("</table>\n<p>Op steps are a calculation: those of the busiest tile; nothing was measured.</p>\n");
    }

    private void svg(double width, double height) {
        html.append(String.format(Locale.ROOT, "<svg width=\"%.0f\" height=\"%.0f\">%n", width + 1, height + 1));
    }

    private void rectangle(double x, double y, double width, double height, String fill, String title) {
        html.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>%s</title></rect>%n",
                x,
                y,
                width,
                height,
                fill,
                escaped(title)));
    }
}
