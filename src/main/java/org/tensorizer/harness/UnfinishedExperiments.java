package org.tensorizer.harness;

import io.qameta.allure.model.Label;
import io.qameta.allure.model.TestResult;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes a {@link Placeholder} for every experiment of the plan before the first begins and takes it away when the
 * experiment is through: those that a crash of the test JVM keeps from running are in the report, as faults. Public for
 * the service loader only.
 */
public final class UnfinishedExperiments implements TestExecutionListener {
    private final ResultsFolder folder = ResultsFolder.ofThisRun();
    private final Map<String, String> placeholders = new ConcurrentHashMap<>();

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        for (TestIdentifier root : plan.getRoots()) {
            for (TestIdentifier test : plan.getDescendants(root)) {
                experiment(test).ifPresent(method -> wait(test, method));
            }
        }
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        if (test.isTest()) {
            through(test.getUniqueId()); // from here on ExperimentResults keeps one
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        through(test.getUniqueId());
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        through(test.getUniqueId());
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        List.copyOf(placeholders.keySet()).forEach(this::through); // methods of a class that was skipped as a whole
        VerdictCount.print();
    }

    private void wait(TestIdentifier test, Method method) {
        Class<?> type = method.getDeclaringClass();
        String uuid = UUID.randomUUID().toString();
        String name = type.getName() + "." + method.getName();
        List<Label> labels = new ArrayList<>();
        labels.add(new Label()
                .setName(ReportLabel.FEATURE.key())
                .setValue(type.getAnnotation(Hypothesis.class).value()));
        placeholders.put(test.getUniqueId(), uuid);
        folder.write(Placeholder.waiting(new TestResult()
                .setUuid(uuid)
                .setFullName(name)
                .setHistoryId(name)
                .setTestCaseName(test.getDisplayName())
                .setName(test.getDisplayName())
                .setStart(System.currentTimeMillis())
                .setLabels(labels)));
    }

    private void through(String id) {
        String uuid = placeholders.remove(id);
        if (uuid != null) {
            folder.remove(uuid);
        }
    }

    private static Optional<Method> experiment(TestIdentifier test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getJavaMethod())
                .filter(method -> method.getDeclaringClass().isAnnotationPresent(Hypothesis.class));
    }
}
