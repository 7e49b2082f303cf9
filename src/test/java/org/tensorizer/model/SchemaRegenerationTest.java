package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The committed classes of {@code org.tensorizer.model.schema} are what flatc makes of {@code src/main/flatbuffers}. To
 * make them anew: {@code target/flatc/bin/flatc --java -o src/main/java src/main/flatbuffers/*.fbs}.
 */
class SchemaRegenerationTest {
    private static final Path FLATC = Path.of("target/flatc/bin/flatc");
    private static final Path SCHEMAS = Path.of("src/main/flatbuffers");
    private static final Path PACKAGE = Path.of("org/tensorizer/model/schema");

    @Test
    void committedClassesAreWhatFlatcMakes(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(
                Files.isExecutable(FLATC),
                () -> "needs " + FLATC + ", which Maven unpacks on Linux x86-64 only (profile flatc)");
        assertThat(flatc(folder)).isZero();

        Map<String, String> committed = sources(Path.of("src/main/java").resolve(PACKAGE));
        Map<String, String> made = sources(folder.resolve(PACKAGE));
        assertThat(made).isNotEmpty();
        assertThat(committed.keySet()).isEqualTo(made.keySet());
        made.forEach((name, text) -> assertThat(committed.get(name)).as(name).isEqualTo(text));
    }

    private static int flatc(Path folder) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(FLATC.toString(), "--java", "-o", folder.toString()));
        try (Stream<Path> schemas = Files.list(SCHEMAS)) {
            schemas.map(Path::toString).sorted().forEach(command::add);
        }
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("flatc ended").isTrue();
        return process.exitValue();
    }

    private static Map<String, String> sources(Path folder) throws IOException {
        Map<String, String> sources = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                sources.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return sources;
    }
}
