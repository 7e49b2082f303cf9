package org.tensorizer.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;

/** Source models that TFLite runs: compiled here they answer as they do there, but for halves that it rounds otherwise. */
class SourceCasesTest {
    private static final Path FOLDER = Path.of("src/test/resources/cases");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bias_without_scale",
                "buffer_with_data_and_offset",
                "keras_flatten_free_batch",
                "one_dimension_input",
                "tensor_type_18",
                "unnamed_input"
            })
    void compiledItAnswersAsTfliteDoes(String name) {
        TfliteModel source = read(name);
        byte[] compiled = SourceModel.of(source).compile();
        Random random = new Random(3);
        int differing = 0;
        try (CpuDevice cpu = new CpuDevice();
                Session oracle = cpu.open(source);
                EmulatorDevice emulator = new EmulatorDevice();
                Session chip = emulator.open(TfliteModel.parse(name, compiled))) {
            for (int run = 0; run < 20; run++) {
                byte[] input = new byte[chip.inputs().get(0).byteSize()];
                random.nextBytes(input);
                byte[] expected = oracle.run(input);
                byte[] actual = chip.run(input);
                for (int i = 0; i < expected.length; i++) {
                    assertThat(Math.abs(actual[i] - expected[i])).isLessThanOrEqualTo(1);
                    differing += actual[i] == expected[i] ? 0 : 1;
                }
            }
        }
        assertThat(differing).as("of 320").isLessThanOrEqualTo(2);
    }

    @Test
    void shapeArithmeticIsToldToBeLeftOut() {
        assertThat(SourceModel.of(read("keras_flatten_free_batch")).notes())
                .contains("SHAPE is left out: the batch is 1", "PACK is left out: the batch is 1");
    }

    /** TFLite takes what stands in the FlatBuffer, not what an offset leads to. */
    @Test
    void aBufferWithBothHasTheDataInTheFlatBuffer() {
        TfliteModel model = read("buffer_with_data_and_offset");
        Tensor weights = model.tensors().get(1);
        ByteBuffer data = model.bytes(weights.data());
        assertThat(data.remaining()).isEqualTo((int) weights.elements());
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        assertThat(SourceModel.of(model).chain(1).layers().get(0).weights()).isEqualTo(bytes);
    }

    @Test
    void newerTensorTypesAreShown() {
        assertThat(read("tensor_type_18").tensors()).extracting(Tensor::type).contains(TensorType.BFLOAT16);
    }

    private static TfliteModel read(String name) {
        return TfliteModel.read(FOLDER.resolve(name + ".tflite"));
    }
}
