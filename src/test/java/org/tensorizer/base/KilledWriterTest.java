package org.tensorizer.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writers die at random moments, two at once over the same file: it holds one whole content, never a mixture. Ten kills;
 * {@code -Dtensorizer.kills=200} for more.
 */
class KilledWriterTest {
    private static final int KILLS = Integer.getInteger("tensorizer.kills", 10);

    @TempDir
    Path folder;

    @Test
    void theFileIsAlwaysWhole() throws Exception {
        Path file = folder.resolve("model.tflite");
        Files.write(file, ChildWriter.content('A'));
        Random random = new Random(7);
        for (int killed = 0; killed < KILLS; killed += 2) {
            List<Process> writers = List.of(start(file), start(file));
            for (Process writer : writers) {
                assertThat(writer.getInputStream().read())
                        .as("first sign of life")
                        .isEqualTo('w');
            }
            TimeUnit.MICROSECONDS.sleep(random.nextInt(30_000));
            for (Process writer : writers) {
                writer.destroyForcibly();
                check(file);
            }
            for (Process writer : writers) {
                assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
            check(file);
        }
    }

    private static void check(Path file) throws IOException {
        byte[] found = Files.readAllBytes(file);
        assertThat(found).hasSize(ChildWriter.SIZE);
        assertThat(found).isEqualTo(ChildWriter.content(found[0]));
    }

    private static Process start(Path file) throws IOException {
        return new ProcessBuilder(
                        ChildWriter.java(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildWriter.class.getName(),
                        file.toString(),
                        "on")
                .redirectErrorStream(true)
                .start();
    }
}
