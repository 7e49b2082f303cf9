package org.tensorizer.device.coral;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tensorizer.base.Setting;

/** src/test/native/edgetpu_double.c, built with the machine's C compiler. A test without one is skipped. */
public final class EdgeTpuDouble {
    public static final String USB_PATH = "/sys/bus/usb/devices/9-1";
    public static final String PCI_PATH = "/dev/apex_9";
    private static final Path COMPILER = Path.of("/usr/bin/cc");

    private final Path library;

    private EdgeTpuDouble(Path library) {
        this.library = library;
    }

    /** Builds it into a folder of the test. */
    public static EdgeTpuDouble build(Path folder) {
        assumeTrue(Files.isExecutable(COMPILER), () -> "needs a C compiler, " + COMPILER);
        Path library = folder.resolve("libedgetpu_double.so");
        Path source = Path.of("src", "test", "native", "edgetpu_double.c");
        try {
            Process compiler = new ProcessBuilder(List.of(
                            COMPILER.toString(),
                            "-O1",
                            "-shared",
                            "-fPIC",
                            "-fvisibility=hidden",
                            "-o",
                            library.toString(),
                            source.toString(),
                            "-lpthread",
                            "-ldl"))
                    .inheritIO()
                    .start();
            if (compiler.waitFor() != 0) {
                throw new IllegalStateException(source + " does not compile");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return new EdgeTpuDouble(library);
    }

    /** Makes it the runtime of this process, until {@link #uninstall}. */
    public void install(Path cache) {
        System.setProperty(Setting.LIBEDGETPU.name(), library.toString());
        System.setProperty(Setting.CACHE.name(), cache.toString());
    }

    /** Back to the runtime that the user has. */
    public static void uninstall() {
        System.clearProperty(Setting.LIBEDGETPU.name());
        System.clearProperty(Setting.CACHE.name());
    }

    /** One that was built before, by this process or another. */
    public static EdgeTpuDouble at(Path library) {
        return new EdgeTpuDouble(library);
    }

    /**
     * What it answers while it has no trouble; the arithmetic of its C source.
     *
     * @param payload parameters of the model
     * @param input tensor of a model whose output has as many bytes
     */
    public static byte[] answer(byte[] payload, byte[] input) {
        int sum = 0x811c9dc5;
        for (byte each : payload) {
            sum = (sum ^ Byte.toUnsignedInt(each)) * 16777619;
        }
        byte[] output = new byte[input.length];
        for (int i = 0; i < output.length; i++) {
            output[i] = (byte) (input[i] + payload[i * 131 % payload.length] + (sum >>> 8 * (i % 4)));
        }
        return output;
    }

    /** Troubles that it has made at inferences, in their order. */
    public List<String> played() throws IOException {
        Path file = Path.of(library + ".played");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    public Path library() {
        return library;
    }

    /** Requests for its next calls, one a line as the C source lists them; none makes it behave. */
    public void ask(String... requests) {
        try {
            Files.write(Path.of(library + ".control"), List.of(requests));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
