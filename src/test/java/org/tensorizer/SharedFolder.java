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
 * skipped, with the path it looked for as the reason; most tests do with {@link Samples} and {@link DenseTwin} then.
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

    /** A real network or its source, such as {@code posenet_353_481.tflite} or {@code pairs/rl_model1_a.tflite}. */
    public static Path network(String name) {
        return existing(root().resolve("networks").resolve(name));
    }

    /** Every real template and its source, in the order of their names. */
    public static List<Path> templates() {
        return models("templates");
    }

    /** Every real network and its source, in the order of their names; the pairs of checkpoints are not among them. */
    public static List<Path> networks() {
        return models("networks");
    }

    private static List<Path> models(String folder) {
        try (Stream<Path> files = Files.list(existing(root().resolve(folder)))) {
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

    /**
     * Whether a file of the folder is there, for tests that have more to say without it.
     *
     * @return false where the folder that holds it is not there
     * @throws IllegalArgumentException that folder is there without the file: a misspelt name must not end a comparison
     */
    public static boolean has(Path file) {
        if (!Files.isDirectory(file.getParent())) {
            return false;
        }
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("no " + file + ", but the folder it belongs to is there");
        }
        return true;
    }

    private static Path existing(Path path) {
        assumeTrue(Files.exists(path), () -> "needs " + path + " (-Dtensorizer.shared=DIR names another folder)");
        return path;
    }
}
