package org.tensorizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The repository's own Dense 256 -> 256, uint8, one weight scale per output channel: what a test takes that needs some
 * model. Its program is byte for byte edgetpu_compiler's. {@link SharedFolder} has what the compiler itself made.
 */
public final class Fixture {
    private static final Path FOLDER = Path.of("fixtures", "templates");

    private Fixture() {}

    /** Compiled for the Edge TPU. */
    public static Path compiled() {
        return FOLDER.resolve("dense_256_uint8_per_channel_edgetpu.tflite");
    }

    /** The same layer for TFLite's own kernels. */
    public static Path source() {
        return FOLDER.resolve("dense_256_uint8_per_channel.tflite");
    }

    /** Bytes of {@link #compiled()}. */
    public static byte[] compiledBytes() {
        return bytes(compiled());
    }

    /** Bytes of {@link #source()}. */
    public static byte[] sourceBytes() {
        return bytes(source());
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
