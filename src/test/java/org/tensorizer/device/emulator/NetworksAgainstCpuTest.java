package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.TfliteModel.Subgraph;
import org.tensorizer.network.TestNetwork;

/**
 * Whole networks on the emulated chip against TFLite's kernels on the source models, five seeded inputs each. TFLite
 * requantizes in fixed point with two roundings, the chip in float32: a value that lies on a tie may differ by one, and in
 * a deep network a difference grows. Differences are counted; the largest counts and differences allowed are the ones that
 * were measured when the emulator was written, so that more would be noticed.
 */
class NetworksAgainstCpuTest {
    private static final int INPUTS = 5;

    static Stream<Arguments> networks() {
        return Stream.concat(
                TestNetwork.seeded(
                        "networks/conv3x3_p32_h12_w176, 308, 1",
                        "networks/rl_mlp_tanh, 1, 1",
                        "networks/rl_pong, 0, 0",
                        "networks/stack2_32, 6202, 1",
                        "templates/dense_256, 0, 0",
                        "templates/mobilenet_v1_0.25_128_quant, 29, 5"),
                TestNetwork.real(
                        "networks/bright_16x16, 0, 0",
                        "networks/bright_64x64, 0, 0",
                        "networks/conv3x3_p128_anchor, 120, 1",
                        "networks/conv3x3_p32_h12_w176, 90, 1",
                        "networks/conv3x3_p64_anchor, 50, 1",
                        "networks/gabor_64x64_p4, 370, 1",
                        "networks/looming_64x64_3x3, 0, 0",
                        "networks/mobilenet_v1_1.0_224_extractor, 1460, 13",
                        "networks/rl_mlp_tanh, 0, 0",
                        "networks/rl_pong, 5, 1",
                        "networks/stack2_32, 2430, 1",
                        "networks/pairs/color_blue_64x64, 0, 0",
                        "networks/pairs/color_red_64x64, 0, 0",
                        "networks/pairs/rl_model1_a, 12, 1",
                        "networks/pairs/rl_model1_b, 5, 1",
                        "templates/dense_256, 2, 1",
                        "templates/dense_1024, 5, 1",
                        "templates/mobilenet_v1_0.25_128_quant, 35, 8",
                        "templates/split_concat, 0, 0"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void outputs(TestNetwork network, int differing, int most, TestReporter reporter) {
        Counts counts = compare(network, INPUTS, new EmulatorDevice());
        reporter.publishEntry(network.name(), counts.toString());
        assertThat(counts.bytes).isPositive();
        assertThat(counts.differing)
                .as("%s: differing bytes of %d", network, counts.bytes)
                .isLessThanOrEqualTo(differing);
        assertThat(counts.most).as("%s: largest difference", network).isLessThanOrEqualTo(most);
    }

    static Stream<Arguments> large() {
        return Stream.concat(
                TestNetwork.seeded("networks/stack5_120, 280557, 3"),
                TestNetwork.real(
                        "networks/deeplab_dm05, 0, 0",
                        "networks/stack2_400, 51500, 1",
                        "networks/stack5_120, 411000, 3"));
    }

    @ParameterizedTest(name = "{0}")
    @Tag("long")
    @MethodSource("large")
    void largeOutputs(TestNetwork network, int differing, int most, TestReporter reporter) {
        outputs(network, differing, most, reporter);
    }

    static Stream<Arguments> longest() {
        return TestNetwork.rows("networks/stack2_400");
    }

    /**
     * A 3x3 convolution of 400 channels takes 403,200 steps in one instruction of edgetpu_compiler's, 806,400 in one of ours:
     * no bound on damaged walks may stop it.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("longest")
    void theLongestWalksLink(TestNetwork network) {
        TfliteModel model = network.compiled().get();
        EmulatedProgram program = EmulatedProgram.load(model.onlyPackage(), model.bytes(), ChipParameters.EDGE_TPU);
        assertThat(program.linked().steps()).isNotEmpty();
    }

    private static final class Counts {
        private int bytes;
        private int differing;
        private int most;

        void add(byte[] found, byte[] expected, boolean signed) {
            assertThat(found).hasSameSizeAs(expected);
            for (int i = 0; i < found.length; i++) {
                int difference =
                        signed ? Math.abs(found[i] - expected[i]) : Math.abs((found[i] & 0xff) - (expected[i] & 0xff));
                differing += difference == 0 ? 0 : 1;
                most = Math.max(most, difference);
            }
            bytes += found.length;
        }

        @Override
        public String toString() {
            return differing + " of " + bytes + " bytes differ, at most by " + most;
        }
    }

    static Stream<Arguments> requantized() {
        return Stream.concat(
                TestNetwork.rows("networks/conv3x3_p32_h12_w176", "networks/stack2_32"),
                TestNetwork.real(
                        "templates/mobilenet_v1_0.25_128_quant",
                        "networks/mobilenet_v1_1.0_224_extractor",
                        "networks/conv3x3_p64_anchor"));
    }

    /** With TFLite's own requantization in place of the chip's, only the average of a pool is left to differ: nothing. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("requantized")
    void equalWithTheRequantizationOfTflite(TestNetwork network) {
        FixedPoint ofTflite = FixedPoint.of(network.source().get());
        ChipParameters chip = ChipParameters.EDGE_TPU.withRequantization(ofTflite);
        Counts counts = compare(network, 1, new EmulatorDevice(chip, true));
        assertThat(counts.toString()).isEqualTo("0 of " + counts.bytes + " bytes differ, at most by 0");
    }

    /**
     * TFLite's MultiplyByQuantizedMultiplier: a multiplier of 31 bits, a rounding product, a rounding shift. Its multipliers
     * are doubles; the source model tells which double a float32 of the program stands for.
     */
    private record FixedPoint(Map<Float, Double> multipliers) implements ChipParameters.Scaling {
        static FixedPoint of(TfliteModel source) {
            Subgraph graph = source.subgraphs().get(0);
            Map<Float, Double> multipliers = new HashMap<>();
            for (Operator operator : graph.operators()) {
                List<Tensor> tensors = operator.inputs().stream()
                        .filter(t -> t >= 0)
                        .map(graph.tensors()::get)
                        .toList();
                List<Float> out = graph.tensors().get(operator.outputs().get(0)).scales();
                if (tensors.size() >= 3 && tensors.get(0).scales().size() == 1 && out.size() == 1) {
                    for (float weight : tensors.get(1).scales()) {
                        float in = tensors.get(0).scales().get(0);
                        boolean byChannel = tensors.get(1).scales().size() > 1;
                        double product = byChannel ? (double) in * weight : in * weight;
                        multipliers.put(in * weight * (1 / out.get(0)), product / out.get(0));
                    }
                }
            }
            return new FixedPoint(multipliers);
        }

        @Override
        public float scaled(int accumulator, float scale, float multiplier) {
            Double real = multipliers.get(scale * multiplier);
            if (real == null) {
                return FLOAT32.scaled(accumulator, scale, multiplier);
            }
            int exponent = Math.getExponent(real) + 1;
            long mantissa = Math.round(Math.scalb(real, 31 - exponent));
            long high = accumulator * mantissa + (1L << 30) >> 31;
            int shift = -exponent;
            return shift == 0 ? high : high + (1L << shift - 1) >> shift;
        }
    }

    private static Counts compare(TestNetwork network, int inputs, EmulatorDevice device) {
        Random random = new Random(1);
        Counts counts = new Counts();
        try (EmulatorDevice emulator = device;
                CpuDevice cpu = new CpuDevice();
                Session emulated = emulator.open(network.compiled().get());
                Session expected = cpu.open(network.source().get())) {
            for (int i = 0; i < inputs; i++) {
                List<byte[]> in = new ArrayList<>();
                for (TensorSpec spec : emulated.inputs()) {
                    byte[] bytes = new byte[spec.byteSize()];
                    random.nextBytes(bytes);
                    in.add(bytes);
                }
                List<byte[]> found = emulated.run(in);
                List<byte[]> wanted = expected.run(in);
                for (int k = 0; k < found.size(); k++) {
                    counts.add(
                            found.get(k),
                            wanted.get(k),
                            emulated.outputs().get(k).type().equals("INT8"));
                }
            }
        }
        return counts;
    }
}
