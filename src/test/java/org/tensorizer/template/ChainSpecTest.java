package org.tensorizer.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.Samples.Sample;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseTemplate.NotDenseException;

/** MLPs: one program on the emulator, one FULLY_CONNECTED after the other on the CPU, and the arithmetic of both. */
class ChainSpecTest {
    private static final int RUNS = 20;

    /** Compiled, taken apart, written as a source model, and compiled again. */
    @ParameterizedTest
    @CsvSource({
        "784-64-10, PER_TENSOR, INT8, NONE",
        "32-10-7-100, PER_CHANNEL_BIAS, UINT8, RELU",
        "100-130-70, PER_CHANNEL, INT8, RELU6",
        "64-200-64, PER_TENSOR_BIAS, INT8, RELU6",
        "16-1152-8, PER_TENSOR, INT8, NONE",
        "96-96, PER_CHANNEL, UINT8, NONE"
    })
    void theWayBackEndsAtTheSameBytes(String sizes, ParameterFormat format, TensorType type, Activation activation) {
        List<DenseSpec> layers = chain(sizes, format, type).layers().stream()
                .map(layer -> with(layer, activation))
                .toList();
        byte[] compiled = CompiledModelWriter.write(new ChainSpec(layers));

        ChainSpec read = ChainSpec.read(TfliteModel.parse("compiled", compiled));

        assertThat(read.shapes()).isEqualTo(new ChainSpec(layers).shapes());
        for (int i = 0; i < layers.size(); i++) {
            assertThat(read.layers().get(i).weights()).isEqualTo(layers.get(i).weights());
            assertThat(read.layers().get(i).bias()).isEqualTo(layers.get(i).bias());
        }
        assertThat(CompiledModelWriter.write(read)).isEqualTo(compiled);
        TfliteModel source = TfliteModel.parse("source", SourceModelWriter.write(read));
        assertThat(CompiledModelWriter.write(
                        SourceModel.of(source).chain(layers.get(0).token())))
                .isEqualTo(compiled);
    }

    private static DenseSpec with(DenseSpec layer, Activation activation) {
        DenseShape shape = layer.shape();
        return DenseSpec.of(new DenseShape(shape.inputs(), shape.outputs(), shape.format(), activation))
                .types(layer.inputDomain().type(), layer.outputDomain().type())
                .quantization(layer.quantization())
                .weights(layer.weights())
                .weightScales(layer.weightScales())
                .bias(layer.bias())
                .token(layer.token())
                .build();
    }

    /** All but the two Dense layers among them. */
    @ParameterizedTest
    @MethodSource("org.tensorizer.Samples#compiled")
    void aNetworkIsNoChain(Sample sample) {
        if (!sample.name().startsWith("dense")) {
            assertThatThrownBy(() -> ChainSpec.read(sample.model())).isInstanceOf(NotDenseException.class);
        }
    }

    /** Converters write such models: {@code inference_input_type} uint8 and {@code inference_output_type} int8. */
    @ParameterizedTest
    @CsvSource({"UINT8, INT8", "INT8, UINT8"})
    void inputAndOutputMayBeOfDifferentTypes(TensorType input, TensorType output) {
        DenseShape shape = DenseShape.square(64, ParameterFormat.PER_CHANNEL);
        DenseSpec spec = DenseSpecs.random(shape, TensorType.INT8, 5)
                .types(input, output)
                .token(4)
                .build();
        byte[] source = SourceModelWriter.write(spec);
        byte[] compiled = CompiledModelWriter.write(spec);
        assertThat(CompiledModelWriter.write(
                        SourceModel.of(TfliteModel.parse("source", source)).chain(4)))
                .isEqualTo(compiled);
        byte[] inputs = new byte[64];
        new Random(2).nextBytes(inputs);
        byte[] expected = DenseTemplate.of(TfliteModel.parse("mixed", compiled)).expected(inputs);
        try (CpuDevice cpu = new CpuDevice();
                Session oracle = cpu.open("source", source);
                EmulatorDevice emulator = new EmulatorDevice();
                Session chip = emulator.open("compiled", compiled)) {
            assertThat(chip.run(inputs)).isEqualTo(expected);
            assertThat(oracle.run(inputs)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "784-64-10, PER_TENSOR_BIAS, INT8",
        "500-256-256-6, PER_CHANNEL_BIAS, UINT8",
        "256-256, PER_TENSOR, INT8",
        "64-512-100, PER_CHANNEL, INT8"
    })
    void emulatorEqualsArithmeticAndCpuDiffersByOneAtMost(String sizes, ParameterFormat format, TensorType type) {
        ChainSpec chain = chain(sizes, format, type);
        byte[] source = SourceModelWriter.write(chain);
        assertThat(CompiledModelWriter.write(
                        SourceModel.of(TfliteModel.parse("source", source)).chain(4)))
                .isEqualTo(CompiledModelWriter.write(chain));
        Random random = new Random(1);
        int differing = 0;
        int bytes = 0;
        try (CpuDevice cpu = new CpuDevice();
                Session oracle = cpu.open("source", source);
                EmulatorDevice emulator = new EmulatorDevice();
                Session compiled = emulator.open("compiled", CompiledModelWriter.write(chain))) {
            for (int run = 0; run < RUNS; run++) {
                byte[] input = new byte[chain.first().shape().inputs()];
                random.nextBytes(input);
                byte[] actual = compiled.run(input);
                assertThat(actual).isEqualTo(expected(chain, input));
                differing += differing(type, actual, oracle.run(input));
                bytes += actual.length;
            }
        }
        // each layer alone stays under 0.1 % (next test); one step in a hidden layer moves all outputs behind it a
        // little
        assertThat(differing * 100L).as("%d of %d bytes", differing, bytes).isLessThanOrEqualTo(bytes);
    }

    @Test
    void eachLayerAloneDiffersFromTheCpuInAThousandthAtMost() {
        ChainSpec chain = chain("500-256-256-64", ParameterFormat.PER_CHANNEL_BIAS, TensorType.INT8);
        Random random = new Random(2);
        int differing = 0;
        int bytes = 0;
        try (CpuDevice cpu = new CpuDevice()) {
            for (DenseSpec layer : chain.layers()) {
                try (Session session = cpu.open("layer", SourceModelWriter.write(layer))) {
                    for (int run = 0; run < RUNS; run++) {
                        byte[] input = new byte[layer.shape().inputs()];
                        random.nextBytes(input);
                        byte[] expected = expected(new ChainSpec(List.of(layer)), input);
                        differing += differing(TensorType.INT8, session.run(input), expected);
                        bytes += expected.length;
                    }
                }
            }
        }
        assertThat(differing * 1000L).as("%d of %d bytes", differing, bytes).isLessThanOrEqualTo(bytes);
    }

    /** How many differ, each by one at most. */
    private static int differing(TensorType type, byte[] actual, byte[] expected) {
        int sign = type == TensorType.INT8 ? 0x80 : 0;
        int count = 0;
        for (int out = 0; out < actual.length; out++) {
            int difference = ((actual[out] ^ sign) & 0xff) - ((expected[out] ^ sign) & 0xff);
            assertThat(difference).isBetween(-1, 1);
            count += Math.abs(difference);
        }
        return count;
    }

    @Test
    void layersMustFollowEachOther() {
        ChainSpec good = chain("64-32-16", ParameterFormat.PER_TENSOR, TensorType.INT8);
        assertThatThrownBy(() -> new ChainSpec(
                        List.of(good.layers().get(1), good.layers().get(0))))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("inputs");
        assertThatThrownBy(() -> new ChainSpec(List.of())).isInstanceOf(BadInputException.class);
    }

    static ChainSpec chain(String sizes, ParameterFormat format, TensorType type) {
        String[] n = sizes.split("-");
        List<DenseSpec> layers = new ArrayList<>();
        for (int i = 1; i < n.length; i++) {
            Activation activation = i < n.length - 1 ? Activation.RELU : Activation.NONE;
            DenseShape shape = new DenseShape(Integer.parseInt(n[i - 1]), Integer.parseInt(n[i]), format, activation);
            DenseSpec drawn = DenseSpecs.random(shape, type, i).build();
            Quantization q = drawn.quantization();
            if (i > 1) {
                Quantization before = layers.get(i - 2).quantization();
                float ratio = before.outputScale() / q.inputScale();
                q = new Quantization(
                        before.outputScale(),
                        before.outputZeroPoint(),
                        q.weightScale(),
                        q.weightZeroPoint(),
                        q.outputScale() * ratio,
                        q.outputZeroPoint());
            }
            layers.add(DenseSpec.of(shape)
                    .type(type)
                    .quantization(q)
                    .weights(drawn.weights())
                    .weightScales(drawn.weightScales())
                    .bias(drawn.bias())
                    .token(4)
                    .build());
        }
        return new ChainSpec(layers);
    }

    /**
     * What the chain must answer: each layer by {@link DenseArithmetic}.
     *
     * @param input one inference's bytes in the tensor's own domain (int8 or uint8)
     * @return the output's bytes in the same domain
     */
    private static byte[] expected(ChainSpec chain, byte[] input) {
        byte[] activations = chain.first().inputDomain().toChip(input);
        for (DenseSpec layer : chain.layers()) {
            activations = DenseArithmetic.of(layer).predict(activations).output();
        }
        return chain.last().outputDomain().toTensor(activations);
    }
}
