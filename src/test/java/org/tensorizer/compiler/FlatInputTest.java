package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.BuiltinFields;
import org.tensorizer.template.TfliteWriter;
import org.tensorizer.template.TfliteWriter.Scaling;
import org.tensorizer.tools.CompiledCheck;

/** Networks whose input is a row of numbers, against TFLite's own kernels. */
class FlatInputTest {
    private static final Scaling NUMBERS = Scaling.of(1 / 32f, 3);

    /** Fully connected layers, each with TANH behind it or all without. */
    private static TfliteModel source(List<Integer> shape, boolean tanh, boolean perChannel, int... outputs) {
        TfliteWriter writer = new TfliteWriter();
        int input = writer.tensor("numbers", TensorType.INT8, shape, NUMBERS, null);
        int last = input;
        int inputs = shape.stream().reduce(1, (a, b) -> a * b);
        float scale = 1 / 32f;
        Random random = new Random(inputs);
        for (int out : outputs) {
            byte[] weights = new byte[out * inputs];
            random.nextBytes(weights);
            float[] scales = new float[perChannel ? out : 1];
            for (int i = 0; i < scales.length; i++) {
                scales[i] = (1 + random.nextFloat()) / 64 / inputs;
            }
            int filter = writer.tensor(
                    "weights" + last, TensorType.INT8, List.of(out, inputs), new Scaling(scales, 0, 0), weights);
            int bias = writer.biases("bias" + last, random.ints(out, -500, 500).toArray(), scale, scales);
            int layer = writer.tensor("layer" + last, TensorType.INT8, List.of(1, out), NUMBERS, null);
            writer.operator(
                    "FULLY_CONNECTED",
                    perChannel ? 12 : 4,
                    List.of(last, filter, bias),
                    layer,
                    BuiltinFields.fullyConnected(FusedActivation.NONE));
            last = layer;
            scale = 1 / 32f;
            if (tanh) {
                last = writer.tensor("tanh" + layer, TensorType.INT8, List.of(1, out), Scaling.of(1 / 128f, 0), null);
                writer.operator("TANH", 2, List.of(layer), last, BuiltinFields.NONE);
                scale = 1 / 128f;
            }
            inputs = out;
        }
        return TfliteModel.parse("flat.tflite", writer.write(List.of(input), List.of(last), "test"));
    }

    private static CompiledNetwork check(TfliteModel source) {
        CompiledNetwork network = NetworkCompiler.compileWhole(source);
        try (Device emulator = Devices.open(DeviceChoice.EMULATOR);
                Device cpu = Devices.open(DeviceChoice.CPU)) {
            CompiledCheck check = CompiledCheck.run(
                    emulator, TfliteModel.parse("compiled", network.file()), cpu, source, CompiledCheck.random(3, 7));
            assertThat(check.largest()).isLessThanOrEqualTo(1);
            assertThat(check.differing()).isLessThanOrEqualTo(check.numbers() / 10);
        }
        return network;
    }

    @ParameterizedTest
    @CsvSource({"16", "24", "500", "84", "1001"})
    void layersWithFunctions(int numbers) {
        check(source(List.of(1, numbers), true, false, 70, 6));
    }

    @Test
    void layersWithScalesByOutput() {
        check(source(List.of(1, 48), true, true, 20, 9));
    }

    @Test
    void layersAloneAreWhatCompiledProgramsOfThemAre() {
        CompiledNetwork network = check(source(List.of(1, 48), false, true, 20, 9));
        assertThat(network.program()).isEmpty();
    }

    @Test
    void staysOnTheHostWhereARowHasNoFactors() {
        TfliteModel source = source(List.of(1, 34), true, false, 70, 6);
        CompiledNetwork network = NetworkCompiler.compile(source);
        assertThat(network.operators().get(0).mapped()).isFalse();
        assertThatThrownBy(() -> NetworkCompiler.compileWhole(source))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("34 numbers in a row");
    }

    @Test
    void takesTheDimensionsOfWholeWordsAndFewPixels() {
        TfliteModel model = source(List.of(1, 500), true, false, 6);
        assertThat(InputShape.of(model.tensors().get(model.inputs().get(0)))).isEqualTo(new InputShape(5, 5, 20));
    }
}
