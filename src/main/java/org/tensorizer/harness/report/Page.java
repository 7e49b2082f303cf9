package org.tensorizer.harness.report;

import static org.tensorizer.harness.report.Markup.linked;
import static org.tensorizer.harness.report.Markup.pill;
import static org.tensorizer.harness.report.Markup.style;
import static org.tensorizer.harness.report.Markup.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorizer.base.InputFile;
import org.tensorizer.harness.Verdict;

/**
 * The report's page: verdicts first, then what needs a look, then the hypotheses by theme, each with its results folded into
 * it. Everything stands in the page as it is opened; a script of a few lines only unfolds what an address asks for.
 */
final class Page {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("d MMM yyyy HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final Standing standing;
    private final Map<String, List<String>> facts;
    private final String scope;
    private final Instant time;
    private final Function<Standing.Of, List<String>> history;

    /**
     * @param facts of the run as a whole
     * @param scope what was run, empty for everything
     * @param history verdicts of a hypothesis in earlier runs like this one, the latest last
     */
    Page(
            Standing standing,
            Map<String, List<String>> facts,
            String scope,
            Instant time,
            Function<Standing.Of, List<String>> history) {
        this.standing = standing;
        this.facts = facts;
        this.scope = scope;
        this.time = time;
        this.history = history;
    }

    /** @param folder that the page will stand in, for links to sources */
    String html(Path folder) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Tensorizer: %s</title>
                <style>
                %s</style>
                </head>
                <body>
                %s%s%s%s<script>
                function unfold() {
                  for (let e = document.getElementById(location.hash.slice(1)); e; e = e.parentElement) if (e.tagName == "DETAILS") e.open = true;
                }
                addEventListener("hashchange", unfold);
                unfold();
                </script>
                </body>
                </html>
                """.formatted(
                        text(standing.sentence()),
                        InputFile.resource(Page.class, "page.css"),
                        head(),
                        needsALook(),
                        standing.themes().entrySet().stream()
                                .map(each -> theme(each.getKey(), each.getValue(), folder))
                                .collect(Collectors.joining()),
                        run());
    }

    private String head() {
        long results =
                standing.all().stream().mapToLong(each -> each.results().size()).sum();
        String devices = standing.devices().isEmpty() ? "no device" : text(String.join("; ", standing.devices()));
        return "<header>\n<h1>%s</h1>\n<p class=\"who\">%s. %s, %s%s%s</p>\n</header>\n<main>\n"
                .formatted(
                        text(standing.sentence()),
                        devices,
                        TIME.format(time),
                        scope.isEmpty() ? "" : "only " + text(scope) + ", ",
                        count(results, "result"),
                        leftOut());
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /** Files that somebody named and that no experiment has seen, said where nobody misses it. */
    private String leftOut() {
        long count = facts.entrySet().stream()
                .filter(fact -> fact.getKey().startsWith("No template: "))
                .filter(fact -> fact.getValue().stream().anyMatch(reason -> reason.startsWith("cannot be read")))
                .count();
        return count == 0 ? "" : ", <b>" + count(count, "file") + " cannot be read</b>: see This run";
    }

    private String needsALook() {
        String items = standing.all().stream()
                .filter(each -> each.verdict() != Verdict.SUPPORTED && each.verdict() != Verdict.NOT_APPLICABLE)
                .map(each -> "<li>%s <a href=\"#%s\">%s</a><br>%s: %s</li>\n"
                        .formatted(
                                pill(each.verdict().toString()),
                                text(each.decisive().id()),
                                text(each.claim()),
                                text(each.decisive().name()),
                                text(each.decisive().message())))
                .collect(Collectors.joining());
        return items.isEmpty()
                ? ""
                : "<section class=\"look\">\n<h2>Needs a look</h2>\n<ul>\n" + items + "</ul>\n</section>\n";
    }

    private String theme(String heading, List<Standing.Of> hypotheses, Path folder) {
        String counts = Standing.counts(hypotheses).entrySet().stream()
                .map(each -> each.getValue() + " " + each.getKey())
                .collect(Collectors.joining(", "));
        return "<section>\n<h2>%s <small>%s</small></h2>\n%s</section>\n"
                .formatted(
                        text(heading),
                        counts,
                        hypotheses.stream()
                                .map(each -> hypothesis(each, folder))
                                .collect(Collectors.joining()));
    }

    private String hypothesis(Standing.Of hypothesis, Path folder) {
        String counterexamples = hypothesis.label("counterexamples");
        Map<String, List<Result>> stories = hypothesis.results().stream()
                .collect(Collectors.groupingBy(
                        result -> result.label("story"), LinkedHashMap::new, Collectors.toList()));
        StringBuilder html = new StringBuilder("""
                <details class="hypothesis" id="%s"%s><summary>%s<span class="claim">%s</span>\
                <span class="meta">%s%s</span></summary>
                <dl>
                """.formatted(
                        text(hypothesis.experiment()),
                        open(hypothesis.verdict()),
                        pill(hypothesis.verdict().toString()),
                        text(hypothesis.claim()),
                        count(hypothesis.results()),
                        trail(history.apply(hypothesis))));
        html.append(item("Refuted by", text(hypothesis.label("refuted_by"))))
                .append(item("Source", linked(hypothesis.label("source"))))
                .append(item("Seen by others", text(hypothesis.label("on_silicon"))))
                .append(item("Experiment", source(hypothesis, folder)))
                .append(item(
                        "Can it fail",
                        counterexamples.isEmpty()
                                ? "nobody has shown that this can fail: it names no counterexample"
                                : "it must be refuted by " + text(counterexamples.replace("\n", "; "))))
                .append("</dl>\n");
        stories.forEach((story, results) -> {
            html.append(story.isEmpty() ? "" : "<h3>" + text(story) + "</h3>\n");
            results.forEach(each -> html.append(result(each)));
        });
        return html.append("</details>\n").toString();
    }

    private static String open(Verdict verdict) {
        return verdict == Verdict.REFUTED || verdict == Verdict.UNSTABLE ? " open" : "";
    }

    private static String count(List<Result> results) {
        long extrapolated = results.stream()
                .filter(result -> result.label("level").equals("extrapolated"))
                .count();
        long controls = results.stream().filter(Result::isControl).count();
        return count(results.size(), "result")
                + (controls == 0 ? "" : ", " + count(controls, "control"))
                + (extrapolated == 0 ? "" : ", " + extrapolated + " <i>extrapolated</i>");
    }

    /** The verdicts of earlier runs as a row of squares. */
    private static String trail(List<String> verdicts) {
        return verdicts.isEmpty()
                ? ""
                : verdicts.stream()
                        .map(verdict -> "<b class=\"" + style(verdict) + "\" title=\"" + text(verdict) + "\"></b>")
                        .collect(Collectors.joining(
                                "", " <span class=\"trail\" title=\"earlier runs like this one\">", "</span>"));
    }

    private String result(Result result) {
        String device = result.label("device").isEmpty()
                ? ""
                : text(result.label("device")) + " (" + text(result.label("evidence")) + "), ";
        boolean well = result.verdict() == Verdict.SUPPORTED || result.verdict() == Verdict.NOT_APPLICABLE;
        return """
                <details class="result" id="%s"%s><summary>%s<span>%s%s</span><span class="meta">%s%d ms</span></summary>
                <div class="evidence">
                %s%s</div></details>
                """.formatted(
                        text(result.id()),
                        open(result.verdict()),
                        pill(result.isControl() ? "control" : result.verdict().toString()),
                        text(result.name()),
                        result.label("level").equals("extrapolated") ? " <i>extrapolated</i>" : "",
                        device,
                        result.millis(),
                        result.evidence(),
                        well ? "" : attachments(result));
    }

    private static String attachments(Result result) {
        if (result.attachments().isEmpty()) {
            return "";
        }
        String links = result.attachments().stream()
                .map(each -> "<a href=\"" + text(Report.link(result, each)) + "\">" + text(each.name()) + "</a>")
                .collect(Collectors.joining(", "));
        String command = result.attachments().stream()
                .filter(each -> each.name().equals("command"))
                .findFirst()
                .map(each -> "<pre>" + lines(each.file()) + "</pre>\n")
                .orElse("");
        return "<p class=\"files\"><b>Files.</b> " + links + "</p>\n" + command;
    }

    private static String lines(Path file) {
        try {
            return Files.readString(file).lines().map(Markup::text).collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String item(String name, String html) {
        return "<dt>" + name + "</dt><dd>" + html + "</dd>\n";
    }

    /** The experiment's file: of the commit where a job on GitHub ran it, else the one on this disk. */
    private static String source(Standing.Of hypothesis, Path folder) {
        String type = hypothesis.label("experiment").replaceFirst("\\$.*", "");
        String path = "experiments/" + type.replace('.', '/') + ".java";
        String server = System.getenv("GITHUB_SERVER_URL");
        String target = server == null
                ? folder.toAbsolutePath()
                        .normalize()
                        .relativize(Path.of(path).toAbsolutePath())
                        .toString()
                : server + "/" + System.getenv("GITHUB_REPOSITORY") + "/blob/" + System.getenv("GITHUB_SHA") + "/"
                        + path;
        return Files.exists(Path.of(path))
                ? "<a href=\"" + text(target) + "\">" + text(hypothesis.experiment()) + "</a>"
                : text(hypothesis.experiment());
    }

    private String run() {
        String items = Stream.concat(
                        Stream.of("Revision", "Command").filter(facts::containsKey), facts.keySet().stream())
                .distinct()
                .map(this::fact)
                .collect(Collectors.joining());
        return "<section class=\"run\">\n<h2>This run</h2>\n<dl>\n" + items + "</dl>\n</section>\n</main>\n";
    }

    private String fact(String name) {
        return item(text(name), facts.get(name).stream().map(Markup::text).collect(Collectors.joining("<br>")));
    }
}
