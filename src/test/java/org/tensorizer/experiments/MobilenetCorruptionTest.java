package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.harness.Verdict;
import org.tensorizer.model.SyntheticModel;
import org.tensorizer.model.TfliteModel;

/**
 * What the experiment asks of the published file, which fixtures cannot show: on a file with a payload of its size and a
 * double that says it is a Coral.
 */
class MobilenetCorruptionTest {
    private static final String FILE = "mobilenet_v1_1.0_224_quant_edgetpu.tflite";
    private static final int CLASSES = 1001;
    private static final byte[] PAYLOAD = new byte[4_464_000];

    static {
        new Random(905).nextBytes(PAYLOAD);
    }

    @TempDir
    private Path folder;

    @BeforeEach
    void writeModel() throws IOException {
        writeModel(folder);
    }

    private static void writeModel(Path folder) throws IOException {
        Files.write(folder.resolve(FILE), SyntheticModel.compiled(PAYLOAD));
    }

    /** The emulator is asked like a Coral; the synthetic file holds no program that it could execute. */
    @Test
    void theEmulatorIsAskedAndAMissingFileIsNotApplicable() {
        assertThat(ofThePublishedFile(Trial.of(MobilenetCorruption.class, new EmulatorDevice(), folder)))
                .noneSatisfy(run -> assertThat(run.verdict()).isEqualTo(Verdict.NOT_APPLICABLE));
        Trial without = Trial.of(MobilenetCorruption.class, coral(MobilenetCorruptionTest::published));
        assertThat(ofThePublishedFile(without)).allSatisfy(run -> {
            assertThat(run.verdict()).isEqualTo(Verdict.NOT_APPLICABLE);
            assertThat(run.failure()).hasMessageContaining("not found in");
        });
    }

    @Test
    void anotherCompileIsNotApplicable() throws IOException {
        Files.write(folder.resolve(FILE), SyntheticModel.compiled(new byte[64]));

        assertThat(verdicts(trial(MobilenetCorruptionTest::published))).containsOnly(Verdict.NOT_APPLICABLE);
    }

    @Test
    void whatWasPublishedSupports() {
        assertThat(verdicts(trial(MobilenetCorruptionTest::published))).containsOnly(Verdict.SUPPORTED);
    }

    @Test
    void aDeviceThatKeepsItsWeightsRefutes() throws IOException {
        Trial trial = keptWeights(folder);

        assertThat(verdicts(trial))
                .containsExactlyInAnyOrder(Verdict.SUPPORTED, Verdict.REFUTED, Verdict.REFUTED, Verdict.REFUTED);
    }

    @Test
    void anotherScoreRefutes() {
        Trial trial = trial(payload -> {
            byte[] answer = published(payload);
            answer[905] = (byte) (answer[905] == 0 ? 0 : 37);
            return answer;
        });

        assertThat(verdicts(trial)).containsOnlyOnce(Verdict.REFUTED);
    }

    @Test
    void faultsAreFaults() {
        assertThat(verdicts(trial(payload -> new byte[CLASSES - 1]))).containsOnly(Verdict.DEVICE_FAULT);
        assertThat(verdicts(trial(payload -> {
                    throw new DeviceFault(DeviceFault.Kind.HUNG, "double", "made to hang");
                })))
                .containsOnly(Verdict.DEVICE_FAULT);
    }

    /** On a device that answers as from the original payload, whatever the payload is. */
    static Trial keptWeights(Path folder) throws IOException {
        writeModel(folder);
        return Trial.of(MobilenetCorruption.class, coral(payload -> published(PAYLOAD)), folder);
    }

    private Trial trial(Function<byte[], byte[]> answer) {
        return Trial.of(MobilenetCorruption.class, coral(answer), folder);
    }

    /** The four runs that need the file. */
    private static List<Trial.Run> ofThePublishedFile(Trial trial) {
        List<Trial.Run> runs = trial.runs()
                .filter(run -> run.name().contains("original") || run.name().contains("Overwritten"))
                .toList();
        assertThat(runs).hasSize(4);
        return runs;
    }

    private static List<Verdict> verdicts(Trial trial) {
        return ofThePublishedFile(trial).stream().map(Trial.Run::verdict).toList();
    }

    /** Class 905 with score 38 from the original payload, else nothing but 0. */
    private static byte[] published(byte[] payload) {
        byte[] answer = new byte[CLASSES];
        if (java.util.Arrays.equals(payload, PAYLOAD)) {
            answer[905] = 38;
            answer[3] = 12;
        }
        return answer;
    }

    /** Gives itself out as silicon, and answers by the payload of the published file. */
    private static Device coral(Function<byte[], byte[]> answer) {
        return new Device() {
            @Override
            public String name() {
                return "double of a Coral";
            }

            @Override
            public Provenance provenance() {
                return Provenance.SILICON;
            }

            @Override
            public Session open(TfliteModel model) {
                if (!model.name().endsWith(FILE)) {
                    throw new DeviceFault(DeviceFault.Kind.REFUSED, name(), "knows the published file only");
                }
                ByteBuffer range =
                        model.bytes(model.onlyPackage().parameterCaching().parameters());
                byte[] payload = new byte[range.remaining()];
                range.get(payload);
                return new Answers(answer, payload);
            }
        };
    }

    private record Answers(Function<byte[], byte[]> answer, byte[] payload) implements Session {
        @Override
        public List<TensorSpec> inputs() {
            return List.of();
        }

        @Override
        public List<TensorSpec> outputs() {
            return List.of(new TensorSpec("classes", "UINT8", List.of(1, CLASSES), 1 / 256f, 0, CLASSES));
        }

        @Override
        public List<byte[]> run(List<byte[]> inputs) {
            assertThat(inputs.get(0)).hasSize(224 * 224 * 3);
            return List.of(answer.apply(payload));
        }

        @Override
        public void close() {}
    }
}
