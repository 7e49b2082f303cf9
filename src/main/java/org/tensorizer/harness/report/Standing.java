package org.tensorizer.harness.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Verdict;

/**
 * How the hypotheses of a run stand: each once, under its theme, with the verdict that weighs most of its results. The one
 * place that counts; page, title, terminal and CI show its numbers.
 */
final class Standing {
    /**
     * One hypothesis and what its experiment gave.
     *
     * @param results in the order in which they ran
     */
    record Of(String claim, List<Result> results) {
        Verdict verdict() {
            return Verdict.ofAll(results.stream()
                    .filter(result -> !result.isControl())
                    .map(Result::verdict)
                    .toList());
        }

        String experiment() {
            return results.get(0).experiment();
        }

        String label(String name) {
            return results.get(0).label(name);
        }

        /** The result that the verdict comes from. */
        Result decisive() {
            return results.stream()
                    .filter(result -> !result.isControl() && result.verdict() == verdict())
                    .findFirst()
                    .orElse(results.get(0));
        }
    }

    private final Map<String, List<Of>> themes = new LinkedHashMap<>();
    private final List<Of> all;

    Standing(List<Result> results) {
        Map<String, List<Result>> byClaim = results.stream()
                .sorted(Comparator.comparingLong(Result::start))
                .collect(Collectors.groupingBy(
                        result -> result.label("hypothesis"), LinkedHashMap::new, Collectors.toList()));
        all = byClaim.entrySet().stream()
                .map(each -> new Of(each.getKey(), each.getValue()))
                .sorted(Comparator.comparing(Of::experiment))
                .toList();
        for (Hypothesis.Theme theme : Hypothesis.Theme.values()) {
            themes.put(theme.heading(), new ArrayList<>());
        }
        for (Of each : all) {
            themes.getOrDefault(each.label("theme"), themes.get(Hypothesis.Theme.OWN.heading()))
                    .add(each);
        }
        themes.values().removeIf(List::isEmpty);
    }

    List<Of> all() {
        return all;
    }

    /** By heading, in the order of the themes. */
    Map<String, List<Of>> themes() {
        return themes;
    }

    /** Hypotheses by verdict, in the order of the verdicts; those without any are missing. */
    static Map<Verdict, Integer> counts(List<Of> some) {
        Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        some.forEach(each -> counts.merge(each.verdict(), 1, Integer::sum));
        return counts;
    }

    /** Such as {@code 24 of 27 hypotheses supported, 0 refuted, 3 not applicable}. */
    String sentence() {
        Map<Verdict, Integer> counts = counts(all);
        StringBuilder words = new StringBuilder();
        words.append(counts.getOrDefault(Verdict.SUPPORTED, 0))
                .append(" of ")
                .append(all.size())
                .append(all.size() == 1 ? " hypothesis supported, " : " hypotheses supported, ")
                .append(counts.getOrDefault(Verdict.REFUTED, 0))
                .append(" refuted");
        counts.forEach((verdict, count) -> {
            if (verdict != Verdict.SUPPORTED && verdict != Verdict.REFUTED) {
                words.append(", ").append(count).append(' ').append(verdict);
            }
        });
        return words.toString();
    }

    /** Which devices answered, and what their answers are: {@code emulator: emulated (no Coral took part)}. */
    List<String> devices() {
        return all.stream()
                .flatMap(each -> each.results().stream())
                .filter(result -> !result.label("device").isEmpty())
                .map(result -> result.label("device") + ": " + origin(result.label("evidence")))
                .distinct()
                .sorted()
                .toList();
    }

    private static String origin(String evidence) {
        return switch (evidence) {
            case "silicon" -> "silicon";
            case "replayed" -> "replayed (recorded answers, nothing ran)";
            default -> evidence + " (no Coral took part)";
        };
    }
}
