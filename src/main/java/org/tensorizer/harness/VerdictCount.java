package org.tensorizer.harness;

import io.qameta.allure.model.TestResult;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The verdicts of a run by device, for the line on the terminal. */
final class VerdictCount {
    private static final Map<String, Map<Verdict, Integer>> BY_DEVICE = new TreeMap<>();

    private VerdictCount() {}

    static synchronized void add(TestResult result, Verdict verdict) {
        String device = ReportLabel.DEVICE
                .in(result)
                .map(name -> name + " (" + ReportLabel.EVIDENCE.in(result).orElse("") + ")")
                .orElse("no device");
        BY_DEVICE.computeIfAbsent(device, d -> new EnumMap<>(Verdict.class)).merge(verdict, 1, Integer::sum);
    }

    /** Such as {@code Experiments, emulator (emulated): 100 supported, 2 not applicable}; prints nothing without any. */
    static synchronized void print() {
        BY_DEVICE.forEach((device, verdicts) -> System.out.println("Experiments, " + device + ": "
                + verdicts.entrySet().stream()
                        .map(e -> e.getValue() + " " + e.getKey())
                        .collect(Collectors.joining(", "))));
        BY_DEVICE.clear();
    }
}
