package org.tensorizer.device.tflite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tensorizer.Fixture;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;

class CpuDeviceTest {
    private final CpuDevice cpu = new CpuDevice();

    @Test
    void saysWhatItIs() {
        assertThat(cpu.name()).isEqualTo("cpu");
        assertThat(cpu.provenance()).isEqualTo(Provenance.CPU);
    }

    @Test
    void givesTheGoldenAnswers() throws JsonParserException {
        byte[] model = SharedFolder.bytes(SharedFolder.template("dense_256.tflite"));
        JsonObject golden = JsonParser.object()
                .from(new String(
                        SharedFolder.bytes(SharedFolder.golden("dense_256_cpu_io.json")), StandardCharsets.UTF_8));
        try (Session session = cpu.open("dense_256.tflite", model)) {
            assertThat(session.inputs())
                    .containsExactly(new TensorSpec(
                            "serving_default_keras_tensor:0", "UINT8", List.of(1, 256), 0.007843028f, 127, 256));
            assertThat(session.outputs())
                    .containsExactly(new TensorSpec(
                            "StatefulPartitionedCall_1:0", "UINT8", List.of(1, 256), 0.019048858f, 129, 256));
            JsonArray cases = golden.getArray("cases");
            assertThat(cases).isNotEmpty();
            for (int i = 0; i < cases.size(); i++) {
                byte[] expected = bytes(cases.getObject(i).getArray("output"));
                assertThat(session.run(bytes(cases.getObject(i).getArray("input"))))
                        .as("case %d", i)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void runsAModelWithSeveralOutputs() {
        byte[] model = SharedFolder.bytes(SharedFolder.template("split_concat.tflite"));
        try (Session session = cpu.open("split_concat.tflite", model)) {
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
