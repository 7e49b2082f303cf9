package org.tensorizer.device.coral;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
