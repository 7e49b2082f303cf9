package org.tensorizer.device.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;

/** A recording process is killed at a random moment; all that it was told before is there and is answered again. */
class KilledRecorderTest {
    @TempDir
    Path folder;

    @Test
    void nothingButTheLastLineIsLost() throws Exception {
        Random random = new Random(11);
        for (int kill = 0; kill < 3; kill++) {
            Path file = folder.resolve(kill + ".jsonl");
            Process child = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xshare:auto",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ChildRecorder.class.getName(),
                            file.toString())
                    .redirectErrorStream(true)
                    .start();
            assertThat(child.getInputStream().read()).as("first sign of life").isEqualTo('r');
            TimeUnit.MICROSECONDS.sleep(random.nextInt(20_000));
            child.destroyForcibly();
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();

            RecordSummary summary = RecordSummary.of(file);
            assertThat(summary.ended()).isFalse();
            assertThat(summary.runs()).isPositive();
            try (Device replay = ReplayDevice.open(file);
                    Session replayed = replay.open("m", ChildRecorder.MODEL);
                    Session expected = ChildRecorder.device().open("m", ChildRecorder.MODEL)) {
                for (int i = 0; i < summary.runs(); i++) {
                    assertThat(replayed.run(ChildRecorder.input(i))).isEqualTo(expected.run(ChildRecorder.input(i)));
                }
            }
        }
    }
}
