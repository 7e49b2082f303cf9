package org.tensorizer.harness.report;

import static org.tensorizer.harness.report.Markup.linked;
import static org.tensorizer.harness.report.Markup.pill;
import static org.tensorizer.harness.report.Markup.style;
import static org.tensorizer.harness.report.Markup.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
    private final StringBuilder page = new StringBuilder();

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
        page.setLength(0);
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Tensorizer: ")
                .append(text(standing.sentence()))
                .append("</title>\n<style>\n")
                .append(css())
                .append("</style>\n</head>\n<body>\n");
        head();
        needsALook();
        standing.themes().forEach((theme, hypotheses) -> theme(theme, hypotheses, folder));
        run();
        page.append("""
                <script>
                function unfold() {
                  for (let e = document.getElementById(location.hash.slice(1)); e; e = e.parentElement) if (e.tagName == "DETAILS") e.open = true;
                }
                addEventListener("hashchange", unfold);
                unfold();
                </script>
                </body>
                </html>
                """);
        return page.toString();
    }

    private void head() {
        long results =
                standing.all().stream().mapToLong(each -> each.results().size()).sum();
        page.append("<header>\n<h1>").append(text(standing.sentence())).append("</h1>\n<p class=\"who\">");
        page.append(standing.devices().isEmpty() ? "no device" : text(String.join("; ", standing.devices())))
                .append(". ")
                .append(TIME.format(time))
                .append(", ")
                .append(scope.isEmpty() ? "" : "only " + text(scope) + ", ")
                .append(results)
                .append(results == 1 ? " result" : " results")
                .append(leftOut())
                .append("</p>\n</header>\n<main>\n");
    }

    /** Files that somebody named and that no experiment has seen, said where nobody misses it. */
    private String leftOut() {
        long count = facts.entrySet().stream()
                .filter(fact -> fact.getKey().startsWith("No template: "))
                .filter(fact -> fact.getValue().stream().anyMatch(reason -> reason.startsWith("cannot be read")))
                .count();
        return count == 0
                ? ""
                : ", <b>" + count + (count == 1 ? " file" : " files") + " cannot be read</b>: see This run";
    }

    private void needsALook() {
        List<Standing.Of> some = standing.all().stream()
                .filter(each -> each.verdict() != Verdict.SUPPORTED && each.verdict() != Verdict.NOT_APPLICABLE)
                .toList();
        if (some.isEmpty()) {
            return;
        }
        page.append("<section class=\"look\">\n<h2>Needs a look</h2>\n<ul>\n");
        for (Standing.Of each : some) {
            Result decisive = each.decisive();
            page.append("<li>")
                    .append(pill(each.verdict().toString()))
                    .append(" <a href=\"#")
                    .append(text(decisive.id()))
                    .append("\">")
                    .append(text(each.claim()))
                    .append("</a><br>")
                    .append(text(decisive.name()))
                    .append(": ")
                    .append(text(decisive.message()))
                    .append("</li>\n");
        }
        page.append("</ul>\n</section>\n");
    }

    private void theme(String heading, List<Standing.Of> hypotheses, Path folder) {
        page.append("<section>\n<h2>")
                .append(text(heading))
                .append(" <small>")
                .append(Standing.counts(hypotheses).entrySet().stream()
                        .map(each -> each.getValue() + " " + each.getKey())
                        .collect(Collectors.joining(", ")))
                .append("</small></h2>\n");
        hypotheses.forEach(each -> hypothesis(each, folder));
        page.append("</section>\n");
    }

    private void hypothesis(Standing.Of hypothesis, Path folder) {
        Verdict verdict = hypothesis.verdict();
        page.append("<details class=\"hypothesis\" id=\"")
                .append(text(hypothesis.experiment()))
                .append("\"")
                .append(verdict == Verdict.REFUTED || verdict == Verdict.UNSTABLE ? " open" : "")
                .append("><summary>")
                .append(pill(verdict.toString()))
                .append("<span class=\"claim\">")
                .append(text(hypothesis.claim()))
                .append("</span><span class=\"meta\">")
                .append(count(hypothesis.results()))
                .append(trail(history.apply(hypothesis)))
                .append("</span></summary>\n<dl>\n");
        item("Refuted by", text(hypothesis.label("refuted_by")));
        item("Source", linked(hypothesis.label("source")));
        item("Seen by others", text(hypothesis.label("on_silicon")));
        item("Experiment", source(hypothesis, folder));
        String counterexamples = hypothesis.label("counterexamples");
        item(
                "Can it fail",
                counterexamples.isEmpty()
                        ? "nobody has shown that this can fail: it names no counterexample"
                        : "it must be refuted by " + text(counterexamples.replace("\n", "; ")));
        page.append("</dl>\n");
        Map<String, List<Result>> stories = new LinkedHashMap<>();
        hypothesis
                .results()
                .forEach(result -> stories.computeIfAbsent(result.label("story"), key -> new java.util.ArrayList<>())
                        .add(result));
        stories.forEach((story, results) -> {
            page.append(story.isEmpty() ? "" : "<h3>" + text(story) + "</h3>\n");
            results.forEach(this::result);
        });
        page.append("</details>\n");
    }

    private static String count(List<Result> results) {
        long extrapolated = results.stream()
                .filter(result -> result.label("level").equals("extrapolated"))
                .count();
        long controls = results.stream().filter(Result::isControl).count();
        return results.size()
                + (results.size() == 1 ? " result" : " results")
                + (controls == 0 ? "" : ", " + controls + (controls == 1 ? " control" : " controls"))
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

    private void result(Result result) {
        boolean shown = result.verdict() == Verdict.REFUTED || result.verdict() == Verdict.UNSTABLE;
        page.append("<details class=\"result\" id=\"")
                .append(text(result.id()))
                .append("\"")
                .append(shown ? " open" : "")
                .append("><summary>")
                .append(pill(result.isControl() ? "control" : result.verdict().toString()))
                .append("<span>")
                .append(text(result.name()))
                .append(result.label("level").equals("extrapolated") ? " <i>extrapolated</i>" : "")
                .append("</span><span class=\"meta\">")
                .append(
                        result.label("device").isEmpty()
                                ? ""
                                : text(result.label("device")) + " (" + text(result.label("evidence")) + "), ")
                .append(result.millis())
                .append(" ms</span></summary>\n<div class=\"evidence\">\n")
                .append(result.evidence());
        if (result.verdict() != Verdict.SUPPORTED && result.verdict() != Verdict.NOT_APPLICABLE) {
            attachments(result);
        }
        page.append("</div></details>\n");
    }

    private void attachments(Result result) {
        if (result.attachments().isEmpty()) {
            return;
        }
        page.append("<p class=\"files\"><b>Files.</b> ")
                .append(result.attachments().stream()
                        .map(each ->
                                "<a href=\"" + text(Report.link(result, each)) + "\">" + text(each.name()) + "</a>")
                        .collect(Collectors.joining(", ")))
                .append("</p>\n");
        result.attachments().stream()
                .filter(each -> each.name().equals("command"))
                .findFirst()
                .ifPresent(
                        each -> page.append("<pre>").append(lines(each.file())).append("</pre>\n"));
    }

    private static String lines(Path file) {
        try {
            return Files.readString(file).lines().map(Markup::text).collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void item(String name, String html) {
        page.append("<dt>").append(name).append("</dt><dd>").append(html).append("</dd>\n");
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

    private void run() {
        page.append("<section class=\"run\">\n<h2>This run</h2>\n<dl>\n");
        Stream.of("Revision", "Command").filter(facts::containsKey).forEach(this::fact);
        facts.keySet().stream()
                .filter(name -> !name.equals("Revision") && !name.equals("Command"))
                .forEach(this::fact);
        page.append("</dl>\n</section>\n</main>\n");
    }

    private void fact(String name) {
        item(text(name), facts.get(name).stream().map(Markup::text).collect(Collectors.joining("<br>")));
    }

    private static String css() {
        try (InputStream css = Page.class.getResourceAsStream("page.css")) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
