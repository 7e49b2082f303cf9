package org.tensorizer.device.tflite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.Resources;

/**
 * Load, run, close, again and again in the smallest heap that works: the process must not grow. Long form: {@code
 * -Dtensorizer.soak=100000}.
 */
class SoakTest {
    private static final int CYCLES = Integer.getInteger("tensorizer.soak", 500);

    /** Noise of the allocator and of compiled code; a model lost in each cycle would be 60 to 100 MB for each thousand. */
    private static final long SLACK_KB = 40_000;

    @ParameterizedTest
    @EnumSource
    void staysAsLargeAsItIs(Soak.Subject subject, TestReporter reporter) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + subject.heap,
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Soak.class.getName(),
                        subject.name(),
                        Integer.toString(CYCLES)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = process.inputReader().lines().toList();
        assertThat(process.waitFor()).as("exit status").isZero();
        assertThat(lines).hasSize(2);
        reporter.publishEntry(Map.of("cycles", "" + CYCLES, "before", lines.get(0), "after", lines.get(1)));
        Resources.parse(lines.get(1)).assertNoMoreThan(Resources.parse(lines.get(0)), SLACK_KB);
    }
}
