package org.tensorizer.harness;

import io.qameta.allure.listener.TestLifecycleListener;
import io.qameta.allure.model.Status;
import io.qameta.allure.model.TestResult;

/**
 * Allure calls this around each test. For experiments it keeps a {@link Placeholder} on the disk from the first moment
 * to the last, and sees to it that the status is the verdict's. Public for the service loader only.
 */
public final class ExperimentResults implements TestLifecycleListener {
    private final ResultsFolder folder = ResultsFolder.ofThisRun();

    @Override
    public void afterTestStart(TestResult result) {
        keep(result);
    }

    @Override
    public void afterTestUpdate(TestResult result) {
        if (result.getStart() != null && ReportLabel.VERDICT.in(result).isEmpty()) {
            keep(result);
        }
    }

    /** Beside the result, not in its place: Allure's own writing of the result can be cut short, too. */
    private void keep(TestResult result) {
        if (isExperiment(result)) {
            folder.write(Placeholder.running(result).setUuid(placeholder(result)));
        }
    }

    private static String placeholder(TestResult result) {
        return result.getUuid() + "-running";
    }

    @Override
    public void afterTestWrite(TestResult result) {
        if (isExperiment(result)) {
            folder.remove(placeholder(result));
        }
    }

    @Override
    public void beforeTestWrite(TestResult result) {
        if (!isExperiment(result)) {
            return;
        }
        result.getParameters().removeIf(p -> "UniqueId".equals(p.getName())); // counts invocations, breaks the history
        Verdict verdict = ReportLabel.VERDICT
                .in(result)
                .map(Verdict::named)
                .orElseGet(() -> withoutExtension(result.getStatus()));
        ReportLabel.VERDICT.set(result, verdict.toString());
        result.setStatus(verdict.status());
        if (result.getDescription() == null || result.getDescription().isEmpty()) {
            String reason = result.getStatusDetails() == null
                    ? ""
                    : result.getStatusDetails().getMessage();
            result.setDescription(Description.withoutRun(verdict, result, reason));
        }
        ShownResult.of(result);
        VerdictCount.add(result, verdict);
    }

    /** A test that was skipped, or whose class failed, before {@link HypothesisExtension} saw it. */
    private static Verdict withoutExtension(Status status) {
        return status == Status.SKIPPED ? Verdict.NOT_APPLICABLE : Verdict.NO_VERDICT;
    }

    private static boolean isExperiment(TestResult result) {
        return ReportLabel.FEATURE.in(result).isPresent();
    }
}
