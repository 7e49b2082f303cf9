package org.tensorizer.device.tflite;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Real models and golden answers beside the checkout; a test that needs one is skipped, with the reason, without it. */
public final class SharedFiles {
    private SharedFiles() {}

    public static byte[] template(String name) {
        return read("templates/" + name);
    }

    static byte[] golden(String name) {
        return read("golden/" + name);
    }

    private static byte[] read(String name) {
        Path file = Path.of("..", "shared").resolve(name);
        assumeTrue(
                Files.isReadable(file), () -> "needs " + file.toAbsolutePath().normalize() + ", which is not there");
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
