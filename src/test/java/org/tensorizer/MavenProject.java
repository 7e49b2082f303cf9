package org.tensorizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A project on which a test runs Maven, offline, with what this build has downloaded. Whatever the test's own build was
 * told by properties or environment does not reach it.
 *
 * @param folder of the pom
 * @param options for each run, such as other settings
 */
record MavenProject(Path folder, List<String> options) {
    private static final int MINUTES = 5;
    private static final Set<String> MADE =
            Set.of("target", ".git", "reports/html", "reports/runs", "reports/history.jsonl");

    /** @param output both streams, without colours */
    record Run(int status, String output) {}

    /** Whether there is a Maven to run. */
    static boolean isThere() {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(each -> Files.isExecutable(Path.of(each, "mvn")));
    }

    /** A fresh copy of this project's sources, as a clone has them. */
    static void copySources(Path to) throws IOException {
        Path here = Path.of("").toAbsolutePath();
        Files.walkFileTree(here, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) throws IOException {
                if (MADE.contains(here.relativize(each).toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(here.relativize(each)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path each, BasicFileAttributes attributes) throws IOException {
                if (!MADE.contains(here.relativize(each).toString())) {
                    Files.copy(each, to.resolve(here.relativize(each)), StandardCopyOption.COPY_ATTRIBUTES);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The local repository that this test's class path comes from. */
    static Path repository() {
        String junit = Stream.of(System.getProperty("java.class.path").split(":"))
                .filter(each -> each.contains("/org/junit/jupiter/"))
                .findFirst()
                .orElseThrow();
        return Path.of(junit.substring(0, junit.indexOf("/org/junit/jupiter/")));
    }

    Run run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("mvn", "-B", "-ntp"));
        command.addAll(options);
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("TENSORIZER_") || name.startsWith("MAVEN_"));
        builder.environment().remove("CI");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .replaceAll("\u001b\\[[0-9;]*m", "");
        assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
        return new Run(process.exitValue(), output);
    }

    void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
