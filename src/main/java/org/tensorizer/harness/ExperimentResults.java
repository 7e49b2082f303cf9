package org.tensorizer.harness;

import io.qameta.allure.FileSystemResultsWriter;
import io.qameta.allure.listener.TestLifecycleListener;
import io.qameta.allure.model.Label;
import io.qameta.allure.model.Stage;
import io.qameta.allure.model.Status;
import io.qameta.allure.model.StatusDetails;
import io.qameta.allure.model.TestResult;
import io.qameta.allure.util.PropertiesUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.commons.support.ReflectionSupport;
import org.tensorizer.base.Printable;

/**
 * Allure calls this around each test. For experiments it keeps a result on the disk from the first moment to the last, which
 * a crash of the test JVM leaves there, so that the report shows the experiment as a fault instead of not at all; and it
 * sees to it that the status is the verdict's. Tests that are no experiments it leaves alone. Public for the service loader
 * only.
 */
public final class ExperimentResults implements TestLifecycleListener {
    private static final String ERROR_FILE = "-XX:ErrorFile=";
    private static final int LONGEST_MESSAGE = 4_000;
    private static final int LONGEST_TRACE = 40_000;
    private static final int LONGEST_SIDE = 2 << 20;

    private final Folder folder = Folder.ofThisRun();

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
        if (ReportLabel.isExperiment(result)) {
            describeClass(result);
            folder.write(running(result).setUuid(placeholder(result)));
        }
    }

    private static String placeholder(TestResult result) {
        return result.getUuid() + "-running";
    }

    @Override
    public void afterTestWrite(TestResult result) {
        if (ReportLabel.isExperiment(result)) {
            folder.remove(placeholder(result));
        }
    }

    @Override
    public void beforeTestWrite(TestResult result) {
        if (!ReportLabel.isExperiment(result)) {
            return;
        }
        describeClass(result);
        result.getParameters().removeIf(p -> "UniqueId".equals(p.getName())); // counts invocations, breaks the history
        Verdict verdict = ReportLabel.VERDICT
                .in(result)
                .map(Verdict::named)
                .orElseGet(() -> result.getStatus() == Status.SKIPPED ? Verdict.NOT_APPLICABLE : Verdict.NO_VERDICT);
        ReportLabel.VERDICT.set(result, verdict.toString());
        result.setStatus(verdict.status());
        if (result.getDescriptionHtml() == null || result.getDescriptionHtml().isEmpty()) {
            String reason = result.getStatusDetails() == null
                    ? ""
                    : result.getStatusDetails().getMessage();
            result.setDescriptionHtml(Description.withoutRun(verdict, result, reason));
        }
        printable(result);
    }

    /** Once: the class of a result is the label that Allure's adapter for JUnit sets. */
    private static void describeClass(TestResult result) {
        if (ReportLabel.EXPERIMENT.in(result).isEmpty()) {
            result.getLabels().stream()
                    .filter(label -> "testClass".equals(label.getName()))
                    .findFirst()
                    .flatMap(label ->
                            ReflectionSupport.tryToLoadClass(label.getValue()).toOptional())
                    .filter(type -> type.isAnnotationPresent(Hypothesis.class))
                    .ifPresent(type -> ReportLabel.setAll(result, type));
        }
    }

    /** For an experiment that has just begun: same identity, so that history takes both for one. */
    private static TestResult running(TestResult begun) {
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
                .setDescriptionHtml(Description.withoutRun(
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

    /**
     * Every text of a result on its way to the disk, made {@link Printable}: names, parameters, labels and messages hold what
     * somebody wrote into a model or called a file. The description is {@link Description}'s own work.
     *
     * @return the same result, changed
     */
    static TestResult printable(TestResult result) {
        result.setName(name(result.getName()));
        result.setTestCaseName(name(result.getTestCaseName()));
        if (result.getTitlePath() != null) {
            result.setTitlePath(
                    result.getTitlePath().stream().map(ExperimentResults::name).toList());
        }
        result.getParameters().forEach(parameter -> parameter.setValue(name(parameter.getValue())));
        result.getLabels().forEach(label -> label.setValue(lines(label.getValue(), LONGEST_MESSAGE)));
        result.getAttachments().forEach(attachment -> attachment.setName(name(attachment.getName())));
        StatusDetails details = result.getStatusDetails();
        if (details != null) {
            details.setMessage(lines(details.getMessage(), LONGEST_MESSAGE));
            details.setTrace(lines(details.getTrace(), LONGEST_TRACE));
            details.setExpected(lines(details.getExpected(), LONGEST_SIDE));
            details.setActual(lines(details.getActual(), LONGEST_SIDE));
        }
        return result;
    }

    private static String name(String text) {
        return text == null ? null : Printable.name(text);
    }

    private static String lines(String text, int most) {
        return text == null ? null : Printable.lines(text, most);
    }

    /** The folder that Allure's results of this JVM go to; where it is, is Allure's own setting. */
    static final class Folder {
        private final Path folder;

        Folder(Path folder) {
            this.folder = folder;
        }

        static Folder ofThisRun() {
            return new Folder(Path.of(
                    PropertiesUtils.loadAllureProperties().getProperty("allure.results.directory", "allure-results")));
        }

        /** Writes the result under its uuid, over an earlier one with the same; at any moment one of the two is there. */
        void write(TestResult result) {
            String name = result.getUuid() + "-result.json";
            try {
                Path writing = writing();
                new FileSystemResultsWriter(writing).write(printable(result));
                putInPlace(writing, name);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Path writing() throws IOException {
            return Files.createDirectories(folder.resolveSibling(folder.getFileName() + "-writing"));
        }

        private void putInPlace(Path writing, String name) throws IOException {
            Files.createDirectories(folder);
            Files.move(writing.resolve(name), folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        }

        void remove(String uuid) {
            try {
                Files.deleteIfExists(folder.resolve(uuid + "-result.json"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Writes a text, whole like a result: a run that is killed leaves no half of one to the report. */
        void write(String name, String text) {
            try {
                Path writing = writing();
                Files.writeString(writing.resolve(name), text);
                putInPlace(writing, name);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
