package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.compiler.CompiledNetwork.Placed;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.BuiltinFields;
import org.tensorizer.template.BuiltinFields.Steps;
import org.tensorizer.template.TfliteWriter;
import org.tensorizer.template.TfliteWriter.Scaling;
import org.tensorizer.tools.CompiledCheck;

/** Sources of which a part alone can go to the chip: which part that is, and that the whole still answers as its source. */
class CutNetworkTest {
    private static final Scaling NUMBERS = Scaling.of(1 / 32f, 3);
    private static final List<Integer> IMAGE = List.of(1, 8, 8, 4);

    /** A chain that is written operator by operator; HARD_SWISH is what the chip's programs do not cover. */
    private static final class Chain {
        private final TfliteWriter writer = new TfliteWriter();
        private int input;
        private int last;
        private float scale = 1 / 32f;

        static Chain of(TensorType type, Scaling scaling) {
            Chain chain = new Chain();
            chain.input = chain.writer.tensor("image", type, IMAGE, scaling, null);
            chain.last = chain.input;
            return chain;
        }

        Chain then(String operator, TensorType type, Scaling scaling) {
            return then(operator, 1, List.of(last), type, scaling, BuiltinFields.NONE);
        }

        Chain swish() {
            return then("HARD_SWISH", TensorType.INT8, NUMBERS);
        }

        Chain convolutions(int count) {
            for (int i = 0; i < count; i++) {
                byte[] weights = new byte[4 * 3 * 3 * 4];
                new Random(last).nextBytes(weights);
                int filter = writer.tensor(
                        "filter" + last, TensorType.INT8, List.of(4, 3, 3, 4), Scaling.of(1 / 512f, 0), weights);
                int bias = writer.biases("bias" + last, new int[4], scale, new float[] {1 / 512f});
                BuiltinFields options = BuiltinFields.convolution(Steps.of(true, 1), FusedActivation.NONE);
                then("CONV_2D", 3, List.of(last, filter, bias), TensorType.INT8, NUMBERS, options);
            }
            return this;
        }

        private Chain then(
                String operator,
                int version,
                List<Integer> inputs,
                TensorType type,
                Scaling scaling,
                BuiltinFields options) {
            int to = writer.tensor(operator.toLowerCase(java.util.Locale.ROOT) + last, type, IMAGE, scaling, null);
            writer.operator(operator, version, inputs, to, options);
            last = to;
            scale = scaling == null ? scale : scaling.scales()[0];
            return this;
        }

        TfliteModel source() {
            return TfliteModel.parse("cut.tflite", writer.write(List.of(input), List.of(last), "test"));
        }
    }

    private static Chain signed() {
        return Chain.of(TensorType.INT8, NUMBERS);
    }

    /** Compiles, executes, compares; answers the indices of the operators on the chip. */
    private static List<Integer> mapped(CompiledNetwork network, TfliteModel source) {
        try (Device emulator = Devices.open(DeviceChoice.EMULATOR);
                Device cpu = Devices.open(DeviceChoice.CPU)) {
            TfliteModel compiled = TfliteModel.parse("compiled", network.file());
            CompiledCheck check = CompiledCheck.run(emulator, compiled, cpu, source, CompiledCheck.random(3, 7));
            assertThat(check.largest()).isLessThanOrEqualTo(4); // of floats a step is not one of the numbers in front
            assertThat(check.differing()).isLessThan(check.numbers() / 10);
            assertThat(compiled.operators().stream().filter(Operator::isEdgeTpu))
                    .hasSize(1);
        }
        return network.operators().stream()
                .filter(Placed::mapped)
                .map(placed -> placed.operator().index())
                .toList();
    }

    private static String reason(CompiledNetwork network, int operator) {
        return network.operators().get(operator).reason();
    }

    @Test
    void leavesTheRestBehindTheChip() {
        TfliteModel source = signed().convolutions(2).swish().convolutions(1).source();
        CompiledNetwork network = NetworkCompiler.compile(source);
        assertThat(mapped(network, source)).containsExactly(0, 1);
        assertThat(reason(network, 2)).isEqualTo("is not covered");
        assertThat(reason(network, 3)).contains("is covered").contains("0 to 1");
    }

    @Test
    void leavesOperatorsInFrontOfTheChip() {
        TfliteModel source = Chain.of(TensorType.UINT8, null)
                .then("CAST", TensorType.FLOAT32, null)
                .then("QUANTIZE", TensorType.INT8, Scaling.of(1 / 4f, -100))
                .convolutions(2)
                .source();
        CompiledNetwork network = NetworkCompiler.compile(source);
        assertThat(mapped(network, source)).containsExactly(2, 3);
        assertThat(reason(network, 0)).isEqualTo("is not covered");
        assertThatThrownBy(() -> NetworkCompiler.compileWhole(source))
                .isInstanceOf(BadInputException.class)
                .hasMessage("cut.tflite: operator 0 (CAST) is not covered");
    }

    @Test
    void takesTheLongestRun() {
        TfliteModel source = signed().convolutions(2)
                .swish()
                .convolutions(3)
                .swish()
                .convolutions(1)
                .source();
        CompiledNetwork network = NetworkCompiler.compile(source);
        assertThat(mapped(network, source)).containsExactly(3, 4, 5);
        assertThat(reason(network, 0)).contains("is covered").contains("3 to 5");
        assertThat(reason(network, 7)).contains("is covered");
    }

    @Test
    void takesTheFirstOfTwoRunsOfOneLength() {
        TfliteModel source = signed().convolutions(1).swish().convolutions(1).source();
        assertThat(mapped(NetworkCompiler.compile(source), source)).containsExactly(0);
    }

    @Test
    void givesTheHostWhatItNeedsFromInside() {
        Chain chain = signed().convolutions(1);
        int early = chain.last;
        chain.convolutions(2).swish();
        chain.then("SUB", 2, List.of(chain.last, early), TensorType.INT8, Scaling.of(1 / 16f, 0), BuiltinFields.NONE);
        TfliteModel source = chain.source();
        CompiledNetwork network = NetworkCompiler.compile(source);
        assertThat(mapped(network, source)).containsExactly(0, 1, 2);
    }

    @Test
    void conversionsAtTheEndsAreNoReasonToRefuse() {
        TfliteModel source = Chain.of(TensorType.FLOAT32, null)
                .then("QUANTIZE", TensorType.INT8, NUMBERS)
                .convolutions(1)
                .then("DEQUANTIZE", TensorType.FLOAT32, null)
                .source();
        CompiledNetwork network = NetworkCompiler.compileWhole(source);
        assertThat(mapped(network, source)).containsExactly(1);
        assertThat(reason(network, 0)).contains("border");
        assertThat(reason(network, 2)).contains("border");
    }

    @Test
    void theChipTakesAndGivesEitherTypeOfTheSameNumbers() {
        TfliteModel source = Chain.of(TensorType.UINT8, Scaling.of(1 / 32f, 131))
                .then("QUANTIZE", TensorType.INT8, NUMBERS)
                .convolutions(1)
                .then("QUANTIZE", TensorType.UINT8, Scaling.of(1 / 32f, 131))
                .source();
        CompiledNetwork network = NetworkCompiler.compileWhole(source);
        assertThat(mapped(network, source)).containsExactly(0, 1, 2);
    }

    @Test
    void refusesWhatCannotBeMappedAtAll() {
        TfliteModel source = signed().swish().swish().source();
        assertThatThrownBy(() -> NetworkCompiler.compile(source))
                .isInstanceOf(BadInputException.class)
                .hasMessage("cut.tflite: operator 0 (HARD_SWISH) is not covered");
        TfliteModel floats = Chain.of(TensorType.FLOAT32, null)
                .then("HARD_SWISH", TensorType.FLOAT32, null)
                .source();
        assertThatThrownBy(() -> NetworkCompiler.compile(floats))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("FLOAT32");
    }
}
