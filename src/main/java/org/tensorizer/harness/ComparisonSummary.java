package org.tensorizer.harness;

import java.nio.file.Path;
import org.tensorizer.device.compare.ComparisonReport;

/** How two devices compared over a whole run: a fact of the report, a line on the terminal, the first difference kept. */
final class ComparisonSummary {
    private static final Path KEPT = Path.of("target", "disagreements");

    private ComparisonSummary() {}

    static void write(ComparisonReport report, RunFacts facts) {
        facts.put("Compared: " + report.first() + " with " + report.second(), report.sentence());
        System.out.println("Comparison: " + report.sentence());
        report.firstDisagreement().ifPresent(first -> {
            Path folder = KEPT.resolve(report.first().replaceAll("[^A-Za-z0-9._-]", "-") + "-"
                    + ProcessHandle.current().pid());
            first.writeTo(folder);
            System.out.println("First difference kept in " + folder);
        });
    }
}
