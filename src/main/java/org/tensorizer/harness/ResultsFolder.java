package org.tensorizer.harness;

import io.qameta.allure.FileSystemResultsWriter;
import io.qameta.allure.model.TestResult;
import io.qameta.allure.util.PropertiesUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The folder that Allure's results of this JVM go to; where it is, is Allure's own setting. */
final class ResultsFolder {
    private final Path folder;

    ResultsFolder(Path folder) {
        this.folder = folder;
    }

    static ResultsFolder ofThisRun() {
        return new ResultsFolder(Path.of(
                PropertiesUtils.loadAllureProperties().getProperty("allure.results.directory", "allure-results")));
    }

    /** Writes the result under its uuid, over an earlier one with the same; at any moment one of the two is there. */
    void write(TestResult result) {
        String name = result.getUuid() + "-result.json";
        try {
            Path writing = writing();
            new FileSystemResultsWriter(writing).write(ExperimentResults.printable(result));
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
