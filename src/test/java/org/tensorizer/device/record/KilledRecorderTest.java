package org.tensorizer.device.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.StubDevice;

/**
 * A recording process is killed at a random moment; all that it was told before is there and is answered again. Three kills;
 * {@code -Dtensorizer.kills=200} for more.
 */
class KilledRecorderTest {
    private static final int KILLS = Integer.getInteger("tensorizer.kills", 3);

    @TempDir
    Path folder;

    @Test
    void nothingButTheLastLineIsLost() throws Exception {
        Random random = new Random(11);
        for (int kill = 0; kill < KILLS; kill++) {
            Path file = folder.resolve(kill + ".jsonl");
            Process child = start("", file);
            assertThat(child.getInputStream().read()).as("first sign of life").isEqualTo('r');
            TimeUnit.MICROSECONDS.sleep(random.nextInt(20_000));
            child.destroyForcibly();
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();

            RecordSummary summary = RecordSummary.of(file);
            assertThat(summary.ended()).isFalse();
            assertThat(summary.runs()).isPositive();
            try (Device replay = ReplayDevice.open(file);
                    Session replayed = replay.open(StubDevice.model("m", ChildRecorder.MODEL));
                    Session expected = ChildRecorder.device().open(StubDevice.model("m", ChildRecorder.MODEL))) {
                for (int i = 0; i < summary.runs(); i++) {
                    assertThat(replayed.run(ChildRecorder.input(i))).isEqualTo(expected.run(ChildRecorder.input(i)));
                }
            }
        }
    }

    /** A process that may not write files beyond 64 KiB, which fails in the middle of a line as a full disk does. */
    @Test
    void aFullDiskLeavesWholeLines() throws Exception {
        Path file = folder.resolve("full.jsonl");
        Process child = start("ulimit -f 128 && ", file);
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();

        assertThat(said).contains("evidence record " + file + ": cannot be written");
        RecordSummary summary = RecordSummary.of(file);
        assertThat(summary.runs()).isPositive();
        assertThat(summary.truncated()).as("half a line at the end").isFalse();
    }

    /** By a shell, which may set a limit first. */
    private static Process start(String limit, Path file) throws IOException {
        Path shell = Path.of("/bin/sh");
        assumeTrue(Files.exists(shell), "needs " + shell);
        return new ProcessBuilder(
                        shell.toString(),
                        "-c",
                        limit + "exec \"$0\" \"$@\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:-UsePerfData",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildRecorder.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
    }
}
