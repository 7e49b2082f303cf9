package org.tensorizer.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
                assertThat(resumed.budget().recorded()).as("answers kept").isPositive();
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

    /** A process that may not write files beyond 4 KiB, which fails in the middle of an answer as a full disk does. */
    @Test
    void aFullDiskKeepsWholeAnswers() throws Exception {
        Path shell = Path.of("/bin/sh");
        assumeTrue(Files.exists(shell), "needs " + shell);
        Path record = folder.resolve("full.log");
        List<String> limited = new ArrayList<>(List.of(shell.toString(), "-c", "ulimit -f 8 && exec \"$0\" \"$@\""));
        limited.addAll(child(record));
        limited.add(4, "-XX:-UsePerfData");
        Process child = new ProcessBuilder(limited).redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();

        assertThat(said).contains(record + ": an answer could not be appended");
        long whole = Files.size(record);
        assertThat(whole).isBetween(40L, 4096L);
        RecoveredLayout resumed = Recovery.of(Child.chip()).recordingTo(record).run();
        assertThat(resumed.budget().recorded()).isPositive();
        assertThat(resumed.weights()).isEqualTo(Recovery.of(Child.chip()).run().weights());
    }

    private static List<String> child(Path record) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                record.toString());
    }

    private static void killAt(Path record, long size) throws Exception {
        Process child = new ProcessBuilder(child(record))
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
