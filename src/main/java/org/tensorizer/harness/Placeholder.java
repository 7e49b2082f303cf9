package org.tensorizer.harness;

import io.qameta.allure.model.Label;
import io.qameta.allure.model.Stage;
import io.qameta.allure.model.Status;
import io.qameta.allure.model.StatusDetails;
import io.qameta.allure.model.TestResult;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The result that stands on the disk while an experiment has not finished. A crash of the test JVM leaves it there, so
 * the report shows the experiment as a fault instead of not at all.
 */
final class Placeholder {
    private static final String ERROR_FILE = "-XX:ErrorFile=";

    private Placeholder() {}

    /** For an experiment that has just begun: same identity, so that history takes both for one. */
    static TestResult running(TestResult begun) {
        return unfinished(
                begun, "The test JVM ended while this experiment ran: crashed, aborted or killed." + errorFile());
    }

    /** For an experiment of the plan that may never begin. */
    static TestResult waiting(TestResult planned) {
        return unfinished(
                planned,
                "The test JVM ended before this experiment was through; what it had finished stands in rows of its own.");
    }

    private static TestResult unfinished(TestResult from, String message) {
        List<Label> labels = new ArrayList<>(from.getLabels());
        labels.add(new Label().setName(ReportLabel.VERDICT.key()).setValue(Verdict.DEVICE_FAULT.toString()));
        labels.add(new Label().setName(ReportLabel.FAULT.key()).setValue("test JVM lost"));
        return new TestResult()
                .setUuid(from.getUuid())
                .setHistoryId(from.getHistoryId())
                .setTestCaseId(from.getTestCaseId())
                .setFullName(from.getFullName())
                .setTestCaseName(from.getTestCaseName())
                .setName(from.getName())
                .setTitlePath(from.getTitlePath())
                .setParameters(List.copyOf(from.getParameters()))
                .setLinks(List.copyOf(from.getLinks()))
                .setLabels(labels)
                .setStatus(Status.BROKEN)
                .setStage(Stage.FINISHED)
                .setStatusDetails(new StatusDetails().setMessage(message))
                .setDescription(Description.withoutRun(
                        Verdict.DEVICE_FAULT, from, message + " This says nothing about the hypothesis."))
                .setStart(from.getStart())
                .setStop(from.getStart());
    }

    private static String errorFile() {
        String pid = String.valueOf(ProcessHandle.current().pid());
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(a -> a.startsWith(ERROR_FILE))
                .map(a -> Path.of(a.substring(ERROR_FILE.length()).replace("%p", pid)))
                .map(log -> " If it crashed, " + relative(log) + " says where.")
                .findFirst()
                .orElse("");
    }

    private static Path relative(Path log) {
        Path here = Path.of("").toAbsolutePath();
        return log.startsWith(here) ? here.relativize(log) : log;
    }
}
