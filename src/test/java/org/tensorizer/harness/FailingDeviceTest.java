package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.StubDevice;
import org.tensorizer.device.record.RecordSummary;

/**
 * A run of many experiments on a device that fails in every way, recorded as a run is: each end is in the report as what it
 * was, and no verdict rests on a faulty answer. {@code -Dtensorizer.failing.sessions=N} for more than 60.
 */
class FailingDeviceTest {
    private static final String SESSIONS = "tensorizer.failing.sessions";
    private static final int COUNT = Integer.getInteger(SESSIONS, 60);

    @Hypothesis(value = "The device echoes", refutedBy = "Another answer", source = "made up")
    static class Echoes {
        static IntStream numbers() {
            return IntStream.range(0, COUNT);
        }

        @ParameterizedTest
        @MethodSource("numbers")
        void echoes(int number, Device device, Evidence evidence) {
            byte[] input = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
            try (Session session = device.open(StubDevice.model("model " + number, new byte[] {1, 2, 3}))) {
                byte[] first = session.run(input);
                byte[] second = session.run(input);
                evidence.expect("first", input, first, true);
                evidence.expect("second", input, second, true);
            }
        }
    }

    @Test
    void everyEndIsReportedAsWhatItWas(@TempDir Path records) throws Exception {
        Path folder = Path.of("target", "failing-results").toAbsolutePath();
        ExperimentJvm.run(
                folder,
                List.of(
                        "-Dtensorizer.device.source=" + FailingDevice.Source.class.getName(),
                        "-Dtensorizer.records=" + records,
                        "-D" + SESSIONS + "=" + COUNT),
                Echoes.class);

        Map<Integer, String> expected = new TreeMap<>();
        for (int number = 0; number < COUNT; number++) {
            expected.put(number, FailingDevice.Trouble.of(number).verdict.toString());
        }
        assertThat(ExperimentJvm.verdicts(folder)).isEqualTo(expected);
        assertThat(expected.values()).contains("supported", "refuted", "device fault");
        assertThat(folder.resolveSibling(folder.getFileName() + ".log"))
                .content()
                .contains("sessions left open: 0");
        try (Stream<Path> files = Files.list(records)) {
            RecordSummary summary = RecordSummary.of(files.findFirst().orElseThrow());
            assertThat(summary.ended()).isTrue();
            long refuted = expected.values().stream()
                    .filter(verdict -> verdict.equals("refuted"))
                    .count();
            assertThat(summary.opens()).as("a refuting question is asked again").isEqualTo(COUNT + refuted);
        }
    }
}
