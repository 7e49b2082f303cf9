package org.tensorizer.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.tensorizer.harness.LinePlot;
import org.tensorizer.picture.Png;

/** The results as one page that needs nothing else: goals, plots over the size, all numbers with their ratio. */
final class BenchPage {
    private static final String STYLE =
            "body{font:15px system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}"
                    + "table{border-collapse:collapse;width:100%}td,th{padding:.25rem .6rem;border-bottom:1px solid #ddd;"
                    + "text-align:right;font-variant-numeric:tabular-nums}td:first-child,th:first-child{text-align:left;"
                    + "overflow-wrap:anywhere}img{max-width:100%}.missed{color:#b00020;font-weight:600}"
                    + ".bar{display:inline-block;height:.7em;background:#4477aa;vertical-align:middle}";

    private final List<Result> run;
    private final Baselines base;
    private final String machine;

    BenchPage(List<Result> run, Baselines base, String machine) {
        this.run = run;
        this.base = base;
        this.machine = machine;
    }

    String html() {
        StringBuilder html = new StringBuilder("<!doctype html><html lang=en><meta charset=utf-8>"
                + "<meta name=viewport content='width=device-width'><title>Benchmarks</title><style>" + STYLE
                + "</style><h1>Benchmarks</h1><p>This run: " + text(machine) + ". Baselines: " + text(base.machine())
                + ". Emulated chip: nothing here says how fast a Coral is.</p>");
        goals(html);
        plot(
                html,
                "One inference of Dense(N)",
                "EmulatorBenchmark",
                "n",
                List.of("emulated", "tfliteOnTheSource", "xnnpackOnTheSource"));
        plot(
                html,
                "Weights into a payload and back",
                "PackingBenchmark",
                "size",
                List.of("arraycopy", "pack", "unpack"));
        Growth.of(run).ifPresent(growth -> html.append("<h2>Growth</h2><p>").append(text(growth.toString())));
        silicon(html);
        results(html);
        return html.append("</html>\n").toString();
    }

    private void goals(StringBuilder html) {
        html.append("<h2>Goals</h2><table><tr><th>goal<th>reached<th>at most<th>");
        for (Goal goal : Goal.all()) {
            goal.reached(run)
                    .ifPresent(reached -> html.append(String.format(
                            Locale.ROOT,
                            "<tr><td>%s<td>%.2f<td>%.2f<td%s",
                            text(goal.text()),
                            reached,
                            goal.most(),
                            reached <= goal.most() ? ">reached" : " class=missed>missed")));
        }
        html.append("</table>");
    }

    private void plot(StringBuilder html, String title, String benchmark, String parameter, List<String> methods) {
        List<LinePlot.Line> lines = new ArrayList<>();
        for (String method : methods) {
            List<Result> points = run.stream()
                    .filter(r -> r.name().equals(benchmark + "." + method)
                            && r.parameters().containsKey(parameter))
                    .sorted(Comparator.comparingInt(
                            r -> Integer.parseInt(r.parameters().get(parameter))))
                    .toList();
            lines.add(new LinePlot.Line(
                    method,
                    points.stream()
                            .map(r -> Integer.valueOf(r.parameters().get(parameter)))
                            .toList(),
                    points.stream().map(Result::micros).toList()));
        }
        if (lines.stream().anyMatch(line -> !line.xs().isEmpty())) {
            new LinePlot(title, "N, inputs and outputs", "microseconds", lines)
                    .draw()
                    .ifPresent(image -> html.append("<img alt='")
                            .append(text(title))
                            .append("' src='")
                            .append(Png.dataUri(image))
                            .append("'>"));
        }
    }

    private static void silicon(StringBuilder html) {
        html.append("<h2>" + SiliconEstimate.TITLE
                + "</h2><p>From published rates and an assumed clock; nothing of it was" + " measured.</p><table><tr>");
        SiliconEstimate.COLUMNS.forEach(name -> html.append("<th>").append(text(name)));
        SiliconEstimate.all().forEach(each -> {
            html.append("<tr>");
            each.line().forEach(cell -> html.append("<td>").append(cell));
        });
        html.append("</table>");
    }

    private void results(StringBuilder html) {
        html.append(
                "<h2>All numbers</h2><table><tr><th>benchmark<th>us/op<th>&plusmn;<th>bytes/op<th>times the baseline<th>");
        for (Result result : run) {
            OptionalDouble ratio = base.ratio(result);
            html.append(String.format(
                    Locale.ROOT,
                    "<tr><td>%s<td>%.3f<td>%s<td>%s<td>%s<td style='text-align:left'>%s",
                    text(result.key()),
                    result.micros(),
                    number(result.error() / result.score() * 100, "%.0f %%"),
                    number(result.bytes(), "%.0f"),
                    ratio.isPresent() ? number(ratio.getAsDouble(), "%.2f") : "new",
                    ratio.isPresent() ? bar(ratio.getAsDouble()) : ""));
        }
        html.append("</table>");
    }

    private static String bar(double ratio) {
        return String.format(Locale.ROOT, "<span class=bar style='width:%.0fpx'></span>", Math.min(300, 60 * ratio));
    }

    private static String number(double value, String format) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
    }

    private static String text(String plain) {
        return plain.replace("&", "&amp;").replace("<", "&lt;");
    }
}
