package org.tensorizer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Real models and golden files that the tests compare with and the repository does not hold. The folder is
 * {@code ../shared}, or what {@code -Dtensorizer.shared=DIR} names. A test that asks for a file that is not there is
 * skipped, with the path it looked for as the reason.
 */
public final class SharedFolder {
    private SharedFolder() {}

    /** The folder itself, whether it is there or not. */
    public static Path root() {
        return Path.of(System.getProperty("tensorizer.shared", "../shared"))
                .toAbsolutePath()
                .normalize();
    }

    /** A real model, such as {@code dense_256_edgetpu.tflite}. */
    public static Path template(String name) {
        return existing(root().resolve("templates").resolve(name));
    }

    /** Every real model, in the order of their names. */
    public static List<Path> templates() {
        Path folder = existing(root().resolve("templates"));
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".tflite"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A golden file, such as {@code uint8_256.EO.bin} or {@code any/index.json}. */
    public static Path golden(String name) {
        return existing(root().resolve("golden").resolve(name));
    }

    /** The bytes of a file that is there. */
    public static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path existing(Path path) {
        assumeTrue(Files.exists(path), () -> "needs " + path + " (-Dtensorizer.shared=DIR names another folder)");
        return path;
    }
}
