package org.tensorizer.device.tflite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.DenseTwin;
import org.tensorizer.Fixture;
import org.tensorizer.Samples;
import org.tensorizer.Samples.Sample;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Sha256;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.TfliteModel;

class CpuDeviceTest {
    private static final String TWIN_ANSWERS = "8987be84bd7825ffaee80f00f352f77143101a0fa829c1952e1aa8e05ac0cfd4";

    private final CpuDevice cpu = new CpuDevice();

    @Test
    void saysWhatItIs() {
        assertThat(cpu.name()).isEqualTo("cpu");
        assertThat(cpu.provenance()).isEqualTo(Provenance.CPU);
    }

    /** Those of TFLite 2.18.0, for the twin as digest and for the real model one by one. */
    @Test
    void givesTheGoldenAnswers() throws JsonParserException {
        MessageDigest digest = Sha256.digest();
        try (Session session = dense256(DenseTwin.DENSE_256.source())) {
            for (int i = 0; i < 20; i++) {
                byte[] input = new byte[256];
                new Random(20_260_000 + i).nextBytes(input);
                digest.update(session.run(input));
            }
        }
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(TWIN_ANSWERS);

        Optional<TfliteModel> real = DenseTwin.DENSE_256.realSource();
        if (real.isPresent()) {
            String golden = new String(
                    SharedFolder.bytes(SharedFolder.golden("dense_256_cpu_io.json")), StandardCharsets.UTF_8);
            JsonArray cases = JsonParser.object().from(golden).getArray("cases");
            assertThat(cases).isNotEmpty();
            try (Session session = dense256(real.get())) {
                for (int i = 0; i < cases.size(); i++) {
                    byte[] expected = bytes(cases.getObject(i).getArray("output"));
                    assertThat(session.run(bytes(cases.getObject(i).getArray("input"))))
                            .as("case %d", i)
                            .isEqualTo(expected);
                }
            }
        }
    }

    private Session dense256(TfliteModel model) {
        Session session = cpu.open(model);
        assertThat(session.inputs())
                .containsExactly(new TensorSpec(
                        "serving_default_keras_tensor:0", "UINT8", List.of(1, 256), 0.007843028f, 127, 256));
        assertThat(session.outputs())
                .containsExactly(new TensorSpec(
                        "StatefulPartitionedCall_1:0", "UINT8", List.of(1, 256), 0.019048858f, 129, 256));
        return session;
    }

    @ParameterizedTest
    @MethodSource("org.tensorizer.Samples#sources")
    void runsModelsWithSeveralInputsAndOutputs(Sample sample) {
        try (Session session = cpu.open(sample.name(), sample.bytes())) {
            List<byte[]> inputs = session.inputs().stream()
                    .map(spec -> random(spec.byteSize()))
                    .toList();
            List<byte[]> outputs = session.run(inputs);
            assertThat(outputs).hasSameSizeAs(session.outputs());
            for (int i = 0; i < outputs.size(); i++) {
                assertThat(outputs.get(i)).hasSize(session.outputs().get(i).byteSize());
            }
            assertThat(session.run(inputs)).usingRecursiveComparison().isEqualTo(outputs);
        }
    }

    /** Each output is what TFLite's definition of its operator says. */
    @Test
    void bringsEachInputToItsPlace() {
        Sample sample = Samples.severalInputs();
        try (Session session = cpu.open(sample.name(), sample.bytes())) {
            List<byte[]> inputs = session.inputs().stream()
                    .map(spec -> random(spec.byteSize()))
                    .toList();
            List<byte[]> outputs = session.run(inputs);
            for (int pixel = 0; pixel < 64; pixel++) {
                ByteBuffer all = ByteBuffer.allocate(6);
                for (byte[] input : inputs) {
                    int channels = input.length / 64;
                    all.put(input, channels * pixel, channels);
                }
                assertThat(Arrays.copyOfRange(outputs.get(0), 6 * pixel, 6 * pixel + 6))
                        .isEqualTo(all.array());
                assertThat(Arrays.copyOfRange(outputs.get(1), 3 * pixel, 3 * pixel + 3))
                        .isEqualTo(Arrays.copyOfRange(all.array(), 3, 6));
            }
        }
    }

    @Test
    void refusesACompiledModelAndSaysWhatRunsIt() {
        byte[] model = Fixture.compiledBytes();
        assertThatThrownBy(() -> cpu.open("dense_256_edgetpu.tflite", model))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("dense_256_edgetpu.tflite: compiled for the Edge TPU")
                .hasMessageContaining("device cpu")
                .hasMessageContaining("emulator");
    }

    @Test
    void refusesWhatIsNoModel() {
        assertThatThrownBy(() -> cpu.open("noise", random(1000)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("noise");
        assertThatThrownBy(() -> cpu.open("empty", new byte[0]))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("empty file");
    }

    @Test
    void passesOnWhatTfliteReports() {
        byte[] model = Fixture.compiledBytes();
        int at = new String(model, StandardCharsets.ISO_8859_1).indexOf("edgetpu-custom-op");
        model[at] = 'E';
        assertThatThrownBy(() -> cpu.open("renamed", model))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("renamed: holds an op that device cpu has no kernel for")
                .hasMessageContaining("Encountered unresolved custom op: Edgetpu-custom-op.");
    }

    @Test
    void refusesAModelCutShortAnywhere() {
        byte[] model = Fixture.sourceBytes();
        for (int length = 1; length < model.length; length = length * 2 + 1) {
            byte[] cut = Arrays.copyOf(model, length);
            assertThatThrownBy(() -> cpu.open("cut", cut)).isInstanceOf(BadInputException.class);
        }
    }

    private static byte[] bytes(JsonArray numbers) {
        byte[] bytes = new byte[numbers.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) numbers.getInt(i);
        }
        return bytes;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
