package org.tensorizer.device.open;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The private folder of one child: socket, crash report, shared memory while it has a name. */
final class WorkerFolder {
    private WorkerFolder() {}

    /** A new one, open to its owner only. */
    static Path create() throws IOException {
        return Files.createTempDirectory("tensorizer-worker");
    }

    /** Removes it if it is there: by the parent when the child has ended, by the child when the parent has. */
    static synchronized void delete(Path folder) {
        if (folder == null || !Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // a temporary folder stays behind
        }
    }
}
