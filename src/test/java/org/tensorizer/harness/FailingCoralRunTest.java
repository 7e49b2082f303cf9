package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.coral.EdgeTpuDouble;
import org.tensorizer.device.record.RecordSummary;
import org.tensorizer.model.TfliteModel;

/**
 * A run of experiments as a user's, with a Coral that fails: the double of libedgetpu in worker processes, all its troubles
 * at random. Every fault is in the report as a fault, no verdict rests on one, nothing is left over. {@code
 * -Dtensorizer.failing.sessions=N} for more than 12.
 */
class FailingCoralRunTest {
    private static final String SESSIONS = "tensorizer.failing.sessions";
    private static final int COUNT = Integer.getInteger(SESSIONS, 12);
    private static final Path MODEL = Path.of("fixtures/templates/dense_256_int8_identity_edgetpu.tflite");
    private static final Duration OPEN = Duration.ofSeconds(60);
    private static final Duration RUN = Duration.ofSeconds(2);

    @Hypothesis(value = "The Coral answers by its parameters", refutedBy = "Another answer", source = "the double")
    static class Answers {
        private final EdgeTpuDouble coral =
                EdgeTpuDouble.at(Path.of(Setting.LIBEDGETPU.value().orElseThrow()));

        static IntStream numbers() {
            return IntStream.range(0, COUNT);
        }

        @ParameterizedTest
        @MethodSource("numbers")
        void answers(int number, Device device, Evidence evidence) {
            TfliteModel model = TfliteModel.read(MODEL);
            byte[] payload =
                    new byte[model.onlyPackage().parameterCaching().parameters().length()];
            model.bytes(model.onlyPackage().parameterCaching().parameters()).get(payload);
            byte[] input = new byte[256];
            input[number % input.length] = 1;
            byte[] expected = EdgeTpuDouble.answer(payload, input);
            CoralTrouble trouble = CoralTrouble.of(number);
            coral.ask(trouble.isAtInference() ? "" : trouble.request);
            try (Session session = device.open("identity", model.copy())) {
                evidence.expect("sound", expected, session.run(input), true);
                coral.ask(trouble.request);
                evidence.expect("in trouble", expected, session.run(input), true);
            } finally {
                coral.ask();
            }
        }
    }

    @Test
    void everyFaultIsReportedAndNothingIsLeft(@TempDir Path folder, TestReporter reporter) throws Exception {
        EdgeTpuDouble coral = EdgeTpuDouble.build(folder);
        coral.ask();
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Path records = folder.resolve("records");
        Path results = Path.of("target", "failing-coral-results").toAbsolutePath();
        long start = System.nanoTime();
        ExperimentJvm.run(
                results,
                List.of(
                        "-Djava.io.tmpdir=" + temporary,
                        "-D" + Setting.DEVICE.name() + "=coral",
                        "-D" + Setting.LIBEDGETPU.name() + "=" + coral.library(),
                        "-D" + Setting.CACHE.name() + "=" + folder.resolve("cache"),
                        "-Dtensorizer.deadline.open=" + OPEN.toSeconds(),
                        "-Dtensorizer.deadline.run=" + RUN.toSeconds(),
                        "-Dtensorizer.records=" + records,
                        "-D" + SESSIONS + "=" + COUNT),
                Answers.class);
        Duration took = Duration.ofNanos(System.nanoTime() - start);

        Map<Integer, String> expected = new TreeMap<>();
        IntStream.range(0, COUNT)
                .forEach(number ->
                        expected.put(number, CoralTrouble.of(number).verdict.toString()));
        assertThat(ExperimentJvm.verdicts(results)).isEqualTo(expected);
        assertThat(coral.played())
                .as("troubles at inferences; what refutes is asked for again")
                .hasSize(count(CoralTrouble::isAtInference) + count(trouble -> trouble.verdict == Verdict.REFUTED));
        reporter.publishEntry(Map.of(
                "experiments", "" + COUNT,
                "faults", "" + count(trouble -> trouble.verdict == Verdict.DEVICE_FAULT),
                "wrong answers", "" + count(trouble -> trouble == CoralTrouble.WRONG),
                "seconds", "" + took.toSeconds()));
        // of each experiment: a child, a model, two inferences, the close, and what the end of a child may take
        assertThat(took)
                .as("sum of all deadlines")
                .isLessThan(OPEN.multipliedBy(2)
                        .plus(RUN.multipliedBy(3))
                        .plusSeconds(15)
                        .multipliedBy(COUNT));
        assertThat(temporary).as("folders and sockets of children").isEmptyDirectory();
        assertThat(processesOf(folder)).isEmpty();
        try (Stream<Path> files = Files.list(records)) {
            RecordSummary summary = RecordSummary.of(files.findFirst().orElseThrow());
            assertThat(summary.ended()).isTrue();
        }
    }

    private static int count(Predicate<CoralTrouble> which) {
        return (int) IntStream.range(0, COUNT)
                .mapToObj(CoralTrouble::of)
                .filter(which)
                .count();
    }

    /** Everything that was started with the library of this test. */
    private static List<String> processesOf(Path folder) throws IOException {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.contains(folder.toString()))
                .toList();
    }
}
