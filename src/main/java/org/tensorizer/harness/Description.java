package org.tensorizer.harness;

import java.util.Map;
import org.tensorizer.device.Device;
import org.tensorizer.picture.Comparison;
import org.tensorizer.picture.Grid;
import org.tensorizer.picture.Png;

/**
 * The text of a result, in Markdown, pictures included as data URIs: what a reviewer sees without a click. Names that
 * come from files are escaped.
 */
final class Description {
    private static final int LONGEST = 300;

    private final StringBuilder text = new StringBuilder();

    private Description() {}

    static String of(Hypothesis hypothesis, Verdict verdict, Device device, Evidence evidence, Throwable thrown) {
        Description d = new Description();
        d.verdict(verdict, device);
        if (thrown != null) {
            d.text.append(plain(String.valueOf(thrown.getMessage()))).append("\n\n");
        }
        d.comparison(evidence);
        for (Evidence.Picture picture : evidence.pictures()) {
            d.text.append("![")
                    .append(plain(picture.caption()))
                    .append("](")
                    .append(Png.dataUri(picture.image()))
                    .append(")\n\n");
        }
        d.facts(evidence.facts());
        d.text.append("**Claim.** ").append(hypothesis.value()).append("\n\n");
        d.text.append("**Refuted by.** ").append(hypothesis.refutedBy()).append("\n\n");
        d.text.append("**Source.** ").append(hypothesis.source()).append('\n');
        return d.text.toString();
    }

    /** For a test that ended before it had a device or evidence. */
    static String withoutRun(String verdict, String claim, String reason) {
        return "**" + capital(verdict) + ".** " + plain(reason == null ? "" : reason) + "\n\n**Claim.** " + claim
                + "\n";
    }

    private void verdict(Verdict verdict, Device device) {
        text.append("**").append(capital(verdict.toString())).append(".** ");
        if (device == null) {
            text.append("No device took part.\n\n");
            return;
        }
        text.append("Device: **")
                .append(plain(device.name()))
                .append("**, evidence: **")
                .append(Origin.of(device).replaceFirst(" \\(|$", "**$0"))
                .append(".\n\n");
    }

    private void comparison(Evidence evidence) {
        if (evidence.outputs().isEmpty()) {
            return;
        }
        Outputs last = evidence.outputs().get(evidence.outputs().size() - 1);
        int columns = last.expected().length;
        var rows = evidence.outputs().stream()
                .filter(o -> o.expected().length == columns && o.observed().length == columns)
                .toList();
        if (rows.isEmpty()) {
            return;
        }
        Grid expected = Grid.of(rows.size(), columns, (r, c) -> rows.get(r).expected()[c]);
        Grid observed = Grid.of(rows.size(), columns, (r, c) -> rows.get(r).observed()[c]);
        Comparison comparison = new Comparison(expected, observed);
        String caption = "Expected, observed, difference of " + rows.size()
                + (rows.size() == 1 ? " output vector" : " output vectors")
                + ": " + comparison.differing() + " of " + (long) rows.size() * columns + " outputs differ. "
                + (rows.size() == 1 ? "" : "A row is a probe, ") + (rows.size() == 1 ? "A column" : "a column")
                + " an output channel.";
        text.append("![")
                .append(caption)
                .append("](")
                .append(Png.dataUri(comparison.draw()))
                .append(")\n\n");
        text.append(caption);
        if (evidence.checked() > rows.size()) {
            text.append(" Drawn are ")
                    .append(rows.size())
                    .append(" of ")
                    .append(evidence.checked())
                    .append(" vectors.");
        }
        text.append(" Last: ").append(plain(last.probe())).append(".\n\n");
    }

    private void facts(Map<String, String> facts) {
        if (facts.isEmpty()) {
            return;
        }
        text.append("| fact | value |\n|---|---|\n");
        facts.forEach((name, value) -> text.append("| ")
                .append(plain(name))
                .append(" | ")
                .append(plain(value))
                .append(" |\n"));
        text.append('\n');
    }

    /** Text that Markdown shows as it stands, on one line and of bounded length. */
    static String plain(String raw) {
        String shown =
                raw.length() > LONGEST ? raw.substring(0, LONGEST) + "... (" + raw.length() + " characters)" : raw;
        StringBuilder escaped = new StringBuilder();
        for (char c : shown.toCharArray()) {
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '\\', '`', '*', '_', '[', ']', '#', '|', '~', '!' ->
                    escaped.append('\\').append(c);
                default -> escaped.append(Character.isISOControl(c) ? ' ' : c);
            }
        }
        return escaped.toString();
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
