package org.tensorizer.harness;

import io.qameta.allure.model.TestResult;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.tensorizer.base.Printable;
import org.tensorizer.device.Device;
import org.tensorizer.picture.Comparison;
import org.tensorizer.picture.Grid;
import org.tensorizer.picture.HeatMap;
import org.tensorizer.picture.Png;
import org.tensorizer.picture.Scale;

/**
 * The text of a result, in Markdown, pictures included as data URIs: what a reviewer sees without a click. Whatever comes
 * from files, devices and exceptions is shown as {@link #plain} text.
 */
final class Description {
    private static final int LONGEST_FACT = 300;
    private static final int LONGEST_REASON = 2000;
    private static final int FIRST = 8;
    private static final int WIDE = 512;
    private static final int LINE = 24;
    private static final String NO_DEVICE = "No device took part.";
    private static final String ASSUMPTION = "Assumption failed: ";

    private final StringBuilder text = new StringBuilder();

    private Description() {}

    static String of(Hypothesis hypothesis, Verdict verdict, Device device, Evidence evidence, Throwable thrown) {
        Description d = new Description();
        d.paragraph(
                capital(verdict.toString()),
                device == null ? NO_DEVICE : device(device.name(), Origin.of(device.provenance())));
        d.paragraph("Claim", hypothesis.value());
        if (thrown != null) {
            d.paragraph(nameOfReason(verdict), reason(thrown.getMessage()));
        }
        if (verdict == Verdict.DEVICE_FAULT) {
            d.missing(evidence);
        }
        d.comparison(evidence);
        for (Evidence.Picture picture : evidence.pictures()) {
            d.picture(plain(picture.caption(), LONGEST_FACT), picture.image());
        }
        d.facts(evidence.facts());
        d.paragraph("Refuted by", hypothesis.refutedBy());
        d.paragraph("Source", hypothesis.source());
        return d.text.toString();
    }

    /** For a test whose end no extension saw: it was skipped before it began, or its JVM was lost. */
    static String withoutRun(Verdict verdict, TestResult result, String reason) {
        Description d = new Description();
        d.paragraph(
                capital(verdict.toString()),
                ReportLabel.DEVICE
                        .in(result)
                        .map(name -> device(
                                name, Origin.of(ReportLabel.EVIDENCE.in(result).orElse(""))))
                        .orElse(verdict == Verdict.DEVICE_FAULT ? "It had no device yet." : NO_DEVICE));
        d.paragraph("Claim", ReportLabel.FEATURE.in(result).orElse(""));
        d.paragraph(nameOfReason(verdict), reason(reason));
        d.paragraph("Observed", "nothing");
        return d.text.toString();
    }

    private static String nameOfReason(Verdict verdict) {
        return switch (verdict) {
            case SUPPORTED, REFUTED -> "Found";
            case DEVICE_FAULT -> "Fault";
            case NOT_APPLICABLE -> "Reason";
            case NO_VERDICT -> "Error";
        };
    }

    private static String reason(String message) {
        String reason = message == null ? "none was given" : message.strip().replace('\n', ' ');
        return plain(reason.startsWith(ASSUMPTION) ? reason.substring(ASSUMPTION.length()) : reason, LONGEST_REASON);
    }

    private void paragraph(String name, String words) {
        text.append("**").append(name).append(".** ").append(words).append("\n\n");
    }

    private void picture(String caption, BufferedImage image) {
        text.append("![")
                .append(caption)
                .append("](")
                .append(Png.dataUri(image))
                .append(")\n\n");
    }

    private static String device(String name, String origin) {
        return "Device: **" + plain(name, LONGEST_FACT) + "**, evidence: **" + origin.replaceFirst(" \\(|$", "**$0")
                + ".";
    }

    /** A device that failed: what it was to answer, as far as the harness knows. */
    private void missing(Evidence evidence) {
        if (evidence.unanswered().isPresent()) {
            int[] outputs = evidence.unanswered().get();
            Grid grid = Grid.row(outputs);
            picture(
                    "Expected, nothing observed",
                    new HeatMap("expected, nothing observed", grid, Scale.spanning(grid)).draw(WIDE, LINE));
            String first = Arrays.stream(outputs)
                    .limit(FIRST)
                    .mapToObj(String::valueOf)
                    .collect(Collectors.joining(", ", "", outputs.length > FIRST ? ", ..." : ""));
            paragraph("Expected", outputs.length + " outputs, " + range(grid) + ": " + first);
        } else {
            paragraph("Expected", "an answer that agrees with the claim");
        }
        paragraph(
                "Observed",
                "nothing: the device failed before it answered"
                        + (evidence.checked() == 0
                                ? ""
                                : ". What it had answered until then, " + vectors(evidence.checked()) + ", is below"));
    }

    private void comparison(Evidence evidence) {
        if (evidence.outputs().isEmpty()) {
            return;
        }
        Outputs last = evidence.outputs().get(evidence.outputs().size() - 1);
        int columns = last.expected().length;
        List<Outputs> rows = evidence.outputs().stream()
                .filter(o -> o.reference().equals(last.reference()))
                .filter(o -> o.expected().length == columns && o.observed().length == columns)
                .toList();
        if (rows.isEmpty()) {
            return;
        }
        Comparison comparison = new Comparison(
                last.reference(),
                Grid.of(rows.size(), columns, (r, c) -> rows.get(r).expected()[c]),
                Grid.of(rows.size(), columns, (r, c) -> rows.get(r).observed()[c]));
        String reference = capital(last.reference());
        String caption = reference + ", observed, difference of " + vectors(rows.size()) + ": " + comparison.differing()
                + " of " + (long) rows.size() * columns + " outputs differ";
        picture(caption, comparison.draw());
        text.append(caption)
                .append(". ")
                .append(reference)
                .append(' ')
                .append(range(comparison.expected()))
                .append(", observed ")
                .append(range(comparison.observed()))
                .append(
                        rows.size() == 1
                                ? ". A column is an output channel."
                                : ". A row is a probe, a column an output channel.");
        if (evidence.checked() > rows.size()) {
            text.append(" Drawn are " + rows.size() + " of " + vectors(evidence.checked()) + ".");
        }
        text.append(" Last: ").append(plain(last.probe(), LONGEST_FACT)).append(".\n\n");
    }

    private static String range(Grid grid) {
        return grid.min() == grid.max() ? "all " + grid.min() : grid.min() + " to " + grid.max();
    }

    private static String vectors(int count) {
        return count + (count == 1 ? " output vector" : " output vectors");
    }

    private void facts(Map<String, String> facts) {
        if (facts.isEmpty()) {
            return;
        }
        text.append("| fact | value |\n|---|---|\n");
        facts.forEach((name, value) -> text.append("| ")
                .append(plain(name, LONGEST_FACT))
                .append(" | ")
                .append(plain(value, LONGEST_FACT))
                .append(" |\n"));
        text.append('\n');
    }

    /** Text that Markdown shows as it stands, {@link Printable} and so on one line. */
    static String plain(String raw, int most) {
        StringBuilder escaped = new StringBuilder();
        for (char c : Printable.of(raw, most).toCharArray()) {
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '\\', '`', '*', '_', '[', ']', '#', '|', '~', '!' ->
                    escaped.append('\\').append(c);
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
