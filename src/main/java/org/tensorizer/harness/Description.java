package org.tensorizer.harness;

import io.qameta.allure.model.TestResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tensorizer.base.Printable;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.layout.DenseHeader;
import org.tensorizer.template.DenseArithmetic;
import org.tensorizer.template.DenseTemplate;

/**
 * The evidence of a result as a part of a page: what was found, expected against observed, the arithmetic of the first
 * difference, the patch, pictures and facts. Whatever comes from files, devices and exceptions is shown as text.
 */
final class Description {
    private static final int LONGEST_FACT = 300;
    private static final int LONGEST_REASON = 2000;
    private static final int FIRST = 8;
    private static final int LISTED_WEIGHTS = 4;
    private static final String ASSUMPTION = "Assumption failed: ";

    private final StringBuilder text = new StringBuilder();

    private Description() {}

    static String of(Hypothesis hypothesis, Verdict verdict, Device device, Evidence evidence, Throwable thrown) {
        Description d = new Description();
        d.head(
                verdict,
                device == null ? "No device took part." : device(device.name(), origin(device.provenance())),
                hypothesis.value());
        evidence.control()
                .ifPresent(why -> d.paragraph("Control", "supports nothing: " + Printable.html(why, LONGEST_FACT)));
        if (thrown != null) {
            d.paragraph(nameOfReason(verdict), reason(thrown.getMessage()));
        }
        if (verdict == Verdict.DEVICE_FAULT) {
            d.missing(evidence);
        }
        if (verdict == Verdict.REFUTED || verdict == Verdict.UNSTABLE) {
            evidence.question().ifPresent(question -> d.arithmetic(question, evidence));
        }
        d.comparison(evidence);
        if (verdict != Verdict.SUPPORTED) {
            evidence.question().ifPresent(d::patch);
        }
        evidence.pictures().forEach(each -> d.text.append(Figure.picture(each.caption(), each.image())));
        d.facts(evidence.facts());
        return d.text.toString();
    }

    /** For a test whose end no extension saw: it was skipped before it began, or its JVM was lost. */
    static String withoutRun(Verdict verdict, TestResult result, String reason) {
        Description d = new Description();
        d.head(
                verdict,
                ReportLabel.DEVICE
                        .in(result)
                        .map(name -> device(
                                name, origin(ReportLabel.EVIDENCE.in(result).orElse(""))))
                        .orElse(verdict == Verdict.DEVICE_FAULT ? "It had no device yet." : "No device took part."),
                ReportLabel.HYPOTHESIS.in(result).orElse(""));
        d.paragraph(nameOfReason(verdict), reason(reason));
        d.paragraph("Observed", "nothing");
        return d.text.toString();
    }

    /** What this project's page says beside each result anyway, for whoever reads the result elsewhere. */
    private void head(Verdict verdict, String device, String claim) {
        text.append("<div class=\"head\">");
        paragraph(capital(verdict.toString()), device);
        paragraph("Claim", Printable.html(claim, LONGEST_REASON));
        text.append("</div>\n");
    }

    private static String nameOfReason(Verdict verdict) {
        return switch (verdict) {
            case SUPPORTED, REFUTED, UNSTABLE -> "Found";
            case DEVICE_FAULT -> "Fault";
            case NOT_APPLICABLE -> "Reason";
            case NO_VERDICT -> "Error";
        };
    }

    private static String reason(String message) {
        String reason = message == null ? "none was given" : message.strip().replace('\n', ' ');
        return Printable.html(
                reason.startsWith(ASSUMPTION) ? reason.substring(ASSUMPTION.length()) : reason, LONGEST_REASON);
    }

    private void paragraph(String name, String words) {
        text.append("<p><b>").append(name).append(".</b> ").append(words).append("</p>\n");
    }

    private static String device(String name, String origin) {
        return "Device: " + Printable.html(name, LONGEST_FACT) + ", evidence: " + origin + ".";
    }

    /** The word of the provenance, and in parentheses what it is not. Evidence from a Coral has no parentheses. */
    static String origin(Provenance provenance) {
        return provenance
                + switch (provenance) {
                    case SILICON -> "";
                    case REPLAYED -> " (read back from a record; nothing ran in this run)";
                    case EMULATED, CPU, DOUBLE -> " (no Coral took part)";
                };
    }

    private static String origin(String provenance) {
        return Arrays.stream(Provenance.values())
                .filter(known -> known.toString().equals(provenance))
                .map(Description::origin)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no provenance is named " + provenance));
    }

    /** A device that failed: what it was to answer, as far as the harness knows. */
    private void missing(Evidence evidence) {
        Optional<int[]> expected = evidence.unanswered();
        if (expected.isPresent()) {
            int[] outputs = expected.get();
            String first = Arrays.stream(outputs)
                    .limit(FIRST)
                    .mapToObj(String::valueOf)
                    .collect(Collectors.joining(", ", "", outputs.length > FIRST ? ", ..." : ""));
            paragraph("Expected", outputs.length + " outputs: " + first);
            text.append(Figure.vector("expected, nothing observed", outputs));
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
        int differing = rows.stream().mapToInt(Outputs::differing).sum();
        paragraph(
                capital(last.reference()) + " and observed",
                vectors(rows.size()) + (evidence.checked() > rows.size() ? " of " + evidence.checked() : "") + ", "
                        + (differing == 0
                                ? "no output differs"
                                : differing + " of " + (long) rows.size() * columns + " outputs differ"));
        text.append(Figure.comparison(rows));
    }

    /** {@code output 9 = round(accumulator x scale) + zero point}, with the numbers of the first output that differs. */
    private void arithmetic(Evidence.Question question, Evidence evidence) {
        if (evidence.outputs().isEmpty()) {
            return;
        }
        Outputs last = evidence.outputs().get(evidence.outputs().size() - 1);
        int out = last.first();
        DenseTemplate model = question.model();
        DenseArithmetic.Prediction prediction = model.predict(question.input());
        if (out >= prediction.accumulators().length) {
            return;
        }
        int zeroPoint = model.outputDomain().zeroPoint();
        float scale = scale(model, out);
        long accumulator = prediction.accumulators()[out];
        paragraph(
                "Arithmetic",
                String.format(
                        Locale.ROOT,
                        "output %d: accumulator %,d x scale %.6g = %.3f, rounded%s and + zero point %d gives <b>%d</b>;"
                                + " observed <b>%d</b>. Input: %s",
                        out,
                        accumulator,
                        scale,
                        accumulator * (double) scale,
                        prediction.clipped().get(out) ? ", clipped" : "",
                        zeroPoint,
                        last.expected()[out],
                        last.observed()[out],
                        Printable.html(input(model, question.input()), LONGEST_FACT)));
    }

    private static float scale(DenseTemplate model, int out) {
        DenseHeader header = model.layout().header();
        if (!header.hasScales()) {
            return model.multiplier();
        }
        byte[] payload = model.model().copy(model.payload());
        return header.scale(payload, 0, out);
    }

    /** {@code all inputs 0}, {@code input 17 = 127, the others 0}: activations, the zero point taken off. */
    private static String input(DenseTemplate model, byte[] input) {
        int zeroPoint = model.inputDomain().zeroPoint();
        int[] values = Evidence.values(input, model.inputDomain().signed());
        List<String> driven = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            if (values[i] != zeroPoint) {
                driven.add("input " + i + " = " + (values[i] - zeroPoint));
            }
        }
        return notZero(driven, driven.size(), values.length, "inputs");
    }

    /** @param some the first few that are not 0 */
    private static String notZero(List<String> some, long count, int of, String what) {
        if (count == 0) {
            return "all " + what + " 0";
        }
        return count <= LISTED_WEIGHTS
                ? String.join(", ", some) + ", the others 0"
                : count + " of " + of + " " + what + " are not 0";
    }

    /** What the payload holds, in words and as a picture. */
    private void patch(Evidence.Question question) {
        DenseTemplate model = question.model();
        int inputs = model.shape().inputs();
        byte[] weights = model.weights();
        List<String> set = new ArrayList<>();
        long count = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] != 0 && ++count <= LISTED_WEIGHTS) {
                set.add("W[" + i / inputs + "][" + i % inputs + "] = " + weights[i]);
            }
        }
        String words = notZero(set, count, weights.length, "weights");
        paragraph(
                "Model",
                Printable.html(CompiledModels.name(model), LONGEST_FACT) + " ("
                        + model.status().level().word() + "), " + words + ". Probe: "
                        + Printable.html(question.probe(), LONGEST_FACT));
        text.append(Figure.weights(weights, model.shape().outputs(), inputs));
    }

    private static String vectors(int count) {
        return count + (count == 1 ? " output vector" : " output vectors");
    }

    private void facts(Map<String, String> facts) {
        if (facts.isEmpty()) {
            return;
        }
        text.append("<table><tr><th>fact</th><th>value</th></tr>\n");
        facts.forEach((name, value) -> text.append("<tr><td>")
                .append(Printable.html(name, LONGEST_FACT))
                .append("</td><td>")
                .append(Printable.html(value, LONGEST_FACT))
                .append("</td></tr>\n"));
        text.append("</table>\n");
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
