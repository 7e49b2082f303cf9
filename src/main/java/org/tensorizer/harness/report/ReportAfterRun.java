package org.tensorizer.harness.report;

import io.qameta.allure.util.PropertiesUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.tensorizer.harness.Hypothesis;

/**
 * Makes the report when an IDE or another project's build has run experiments; this project's own build does it as a step of
 * its own, which a crash of the test JVM does not prevent. Public for the service loader only.
 */
public final class ReportAfterRun implements TestExecutionListener {
    private static final String RESULTS = "allure.results.directory";

    private List<String> experiments = List.of();

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        experiments = plan.getRoots().stream()
                .flatMap(root -> plan.getDescendants(root).stream())
                .map(TestIdentifier::getSource)
                .flatMap(source -> source.stream())
                .filter(ClassSource.class::isInstance)
                .map(source -> ((ClassSource) source).getJavaClass())
                .filter(type -> type.isAnnotationPresent(Hypothesis.class))
                .map(Class::getSimpleName)
                .sorted()
                .collect(Collectors.toList());
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        if (experiments.isEmpty() || System.getProperty("tensorizer.run") != null) {
            return;
        }
        Path results = Path.of(PropertiesUtils.loadAllureProperties().getProperty(RESULTS, "allure-results"));
        Path reports = Path.of(Files.isRegularFile(Path.of("reports", "commands.md")) ? "reports" : "target/reports");
        Report.main(new String[] {"--scope=" + scope(), "--reports=" + reports, results.toString()});
    }

    /** A handful of experiments by their names; more are a run of everything. */
    private String scope() {
        return experiments.size() > 3 ? "" : String.join("-", experiments);
    }
}
