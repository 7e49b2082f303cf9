package org.tensorizer.recovery;

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
 * Runs that are killed at any moment, each going on where the one before was: the map is that of a run nobody disturbed, and
 * so is the record. Three kills; {@code -Dtensorizer.kills=200} for more, starting over as often as a record is complete.
 */
class KilledRecoveryTest {
    private static final int KILLS = Integer.getInteger("tensorizer.kills", 3);

    @TempDir
    private Path folder;

    /** A process that recovers until it is done or killed. */
    static final class Child {
        private Child() {}

        static FakeChip chip() {
            return FakeChip.tiled(64, 128, 64, 4, 0).identity();
        }

        public static void main(String[] arguments) throws InterruptedException {
            Recovery.of(chip())
                    .recordingTo(Path.of(arguments[0]))
                    .reportingTo(progress -> pause())
                    .run();
        }

        /** As slow as a device, so that a kill finds it at work. */
        private static void pause() {
            try {
                TimeUnit.MILLISECONDS.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void theMapIsTheSame() throws Exception {
        Path undisturbed = folder.resolve("undisturbed.log");
        RecoveredLayout expected =
                Recovery.of(Child.chip()).recordingTo(undisturbed).run();
        Path record = folder.resolve("killed.log");
        Random random = new Random(3);
        long whole = Files.size(undisturbed);
        long start = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            start = size(record) >= whole ? startOver(record) : size(record);
            killAt(record, Math.min(whole, start + 1 + random.nextInt((int) (whole / 3))));
            if (kill % 10 == 0 || kill == KILLS - 1) {
                Path copy = Files.copy(record, folder.resolve("copy-" + kill));
                RecoveredLayout resumed =
                        Recovery.of(Child.chip()).recordingTo(copy).run();
                assertThat(resumed.weights()).isEqualTo(expected.weights());
                assertThat(resumed.formula()).isEqualTo(expected.formula());
                assertThat(resumed.recordedAnswers()).as("answers kept").isPositive();
                assertThat(copy).hasSameBinaryContentAs(undisturbed);
            }
        }
    }

    private static long size(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private static long startOver(Path record) throws IOException {
        Files.delete(record);
        return 0;
    }

    private static void killAt(Path record, long size) throws Exception {
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        record.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (child.isAlive() && size(record) < size) {
            TimeUnit.MICROSECONDS.sleep(200);
        }
        child.destroyForcibly();
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
}
