package org.tensorizer.network.lift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.device.Session;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.TestNetwork;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.source.SourceLayer;
import org.tensorizer.network.transplant.AssembledNetwork;
import org.tensorizer.network.transplant.Transplant;

class LiftTest {
    static Stream<Arguments> liftable() {
        return Stream.concat(
                TestNetwork.rows(
                        "networks/conv3x3_p32_h12_w176, 0", "networks/rl_mlp_tanh, 0", "networks/stack2_32, 1"),
                TestNetwork.real(
                        "networks/bright_16x16, 0",
                        "networks/conv3x3_p64_anchor, 0",
                        "networks/gabor_64x64_p4, 0",
                        "networks/looming_64x64_3x3, 0",
                        "networks/mobilenet_v1_1.0_224_extractor, 0",
                        "networks/rl_pong, 1",
                        "networks/pairs/color_red_64x64, 0",
                        "networks/pairs/rl_model1_b, 0"));
    }

    /**
     * Weights, biases, multipliers of all channels and zero points of every layer are those of the source; written back, the
     * lifted model gives the compiled file; on the CPU it answers as its source.
     */
    @ParameterizedTest
    @MethodSource("liftable")
    void aLiftedNetworkIsItsSource(TestNetwork tested, int largest) {
        Network network = tested.network();
        Lifted lifted = Lifted.of(network, false);
        byte[] source = tested.source().get().copy();

        assertThat(lifted.report().inexact()).isZero();
        assertThat(layers(lifted.model())).isEqualTo(layers(source));
        LiftCheck check = LiftCheck.of(network, lifted.alone());
        assertThat(check.roundTripNote()).isEmpty();
        assertThat(check.roundTrip()).isZero();
        assertThat(check.answerNote()).isEmpty();
        assertThat(answers(lifted.model(), source)).isLessThanOrEqualTo(largest);
    }

    static Stream<Arguments> large() {
        return Stream.concat(
                TestNetwork.rows("templates/mobilenet_v1_0.25_128_quant", "networks/stack5_120"),
                TestNetwork.real("networks/deeplab_dm05", "networks/posenet_353_481", "networks/stack2_400"));
    }

    @ParameterizedTest
    @Tag("long")
    @MethodSource("large")
    void aLargeLiftedNetworkWrittenBackGivesTheCompiledFile(TestNetwork tested) {
        Network network = tested.network();
        Lifted lifted = Lifted.of(network, false);
        assertThat(lifted.report().inexact()).isZero();
        assertThat(layers(lifted.model()))
                .isEqualTo(layers(tested.source().get().copy()));
        assertThat(LiftCheck.of(network, lifted.alone()).roundTrip()).isZero();
    }

    /** Each layer as text: weights by digest, biases, multipliers, zero points; in the order of the weights' digests. */
    private static List<String> layers(byte[] model) {
        SourceGraph graph = SourceGraph.of(TfliteModel.parse("model", model));
        List<String> layers = new ArrayList<>();
        for (Operator operator : graph.model().operators()) {
            if (graph.isLayer(operator)) {
                SourceLayer layer = graph.layer(operator);
                float[] multipliers = layer.multipliers();
                layers.add(layer.height() + "x" + layer.width() + " -> " + layer.outputs() + " W"
                        + Arrays.hashCode(layer.weights()) + " zw" + layer.weightZero() + " b"
                        + Arrays.hashCode(layer.biases()) + " M" + Arrays.hashCode(multipliers) + " zi"
                        + layer.input().zeroPoint() + " zo" + layer.output().zeroPoint());
            }
        }
        layers.sort(null);
        return layers;
    }

    /** @return the largest difference on two seeded inputs */
    private static int answers(byte[] lifted, byte[] source) {
        int largest = 0;
        try (Session a = new CpuDevice().open("lifted", lifted);
                Session b = new CpuDevice().open("source", source)) {
            Random random = new Random(11);
            for (int run = 0; run < 2; run++) {
                List<byte[]> inputs = new ArrayList<>();
                for (var spec : b.inputs()) {
                    byte[] input = new byte[spec.byteSize()];
                    random.nextBytes(input);
                    inputs.add(input);
                }
                if (!a.inputs().stream()
                        .map(s -> s.byteSize())
                        .toList()
                        .equals(b.inputs().stream().map(s -> s.byteSize()).toList())) {
                    return 0; // the source has a float border that the compiled model has not
                }
                List<byte[]> x = a.run(inputs);
                List<byte[]> y = b.run(inputs);
                for (int k = 0; k < x.size(); k++) {
                    boolean signed = a.outputs().get(k).type().equals("INT8");
                    for (int i = 0; i < x.get(k).length; i++) {
                        int p = signed ? x.get(k)[i] : x.get(k)[i] & 0xff;
                        int q = signed ? y.get(k)[i] : y.get(k)[i] & 0xff;
                        largest = Math.max(largest, Math.abs(p - q));
                    }
                }
            }
        }
        return largest;
    }

    static Stream<Arguments> checkpoints() {
        return TestNetwork.pairs(
                "networks/rl_mlp_tanh, networks/rl_mlp_tanh",
                "templates/mobilenet_v1_0.25_128_quant, templates/mobilenet_v1_0.25_128_quant",
                "networks/pairs/rl_model1_a, networks/pairs/rl_model1_b",
                "networks/pairs/color_red_64x64, networks/pairs/color_blue_64x64");
    }

    /** No source anywhere: lifted B written into compiled A is compiled B. */
    @ParameterizedTest
    @MethodSource("checkpoints")
    void liftedBInCompiledAIsCompiledB(TestNetwork a, TestNetwork b) {
        Network first = a.network();
        Network second = b.network();
        SourceGraph lifted = SourceGraph.of(
                TfliteModel.parse("lifted", Lifted.of(second, false).model()));
        byte[] made = Transplant.of(first, lifted, Optional.empty()).write(7).bytes();
        assertThat(programs(TfliteModel.parse("made", made))).isEqualTo(programs(second.model()));
        assertThat(programs(first.model())).isNotEqualTo(programs(second.model()));
    }

    private static List<java.nio.ByteBuffer> programs(TfliteModel model) {
        List<java.nio.ByteBuffer> parts = new ArrayList<>();
        for (Executable executable : model.onlyPackage().executables()) {
            parts.add(model.bytes(executable.parameters()));
            executable.chunks().forEach(chunk -> parts.add(model.bytes(chunk.range())));
        }
        return parts;
    }

    static Stream<Arguments> withTables() {
        return TestNetwork.rows("networks/rl_mlp_tanh");
    }

    @ParameterizedTest
    @MethodSource("withTables")
    void scalesSayWhereTheyComeFrom(TestNetwork tested) {
        Lifted lifted = Lifted.of(tested.network(), false);
        List<String> origins = lifted.report().tensors().stream()
                .map(Lifted.TensorScale::origin)
                .toList();
        assertThat(origins).contains("input", "output", "argument of TANH", "result of TANH");
        assertThat(lifted.report().toJson()).contains("tensorizer-lift-1");
    }

    static Stream<Arguments> withScalesForChannels() {
        return TestNetwork.rows("networks/stack2_32", "networks/rl_pong");
    }

    @ParameterizedTest
    @MethodSource("withScalesForChannels")
    void aDamagedPayloadIsRefusedWithTheLayer(TestNetwork tested) {
        Network whole = tested.network();
        byte[] damaged = whole.model().copy();
        int at = whole.range(whole.layer(1)).start() + whole.layer(1).layout().scaleOffset(3);
        java.nio.ByteBuffer.wrap(damaged)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putFloat(at, Float.NaN);
        Network network = Network.of(TfliteModel.parse("damaged", damaged));
        assertThatThrownBy(() -> Lifted.of(network, false))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("layer 1")
                .hasMessageContaining("channel 3")
                .hasMessageContaining("NaN");
    }

    /** A byte of the payload, a clamp, a zero point changed in the lifted model is seen by the round trip. */
    @ParameterizedTest
    @MethodSource("withTables")
    void theRoundTripSeesEveryChange(TestNetwork tested) {
        Network network = tested.network();
        byte[] lifted = Lifted.of(network, false).alone();
        TfliteModel model = TfliteModel.parse("lifted", lifted);
        Operator layer = model.operators().stream()
                .filter(o -> o.name().equals("FULLY_CONNECTED"))
                .findFirst()
                .orElseThrow();
        ByteRange weights = model.tensors().get(layer.inputs().get(1)).data();
        byte[] changed = lifted.clone();
        changed[weights.start() + 17] ^= 1;
        assertThat(LiftCheck.of(network, changed).roundTrip()).isEqualTo(1);
        var places = org.tensorizer.model.StoredQuantization.tensors(model);
        int output = model.outputs().get(0);
        byte[] moved = lifted.clone();
        moved[places.get(output).zeroPoints().start()] ^= 1;
        assertThat(LiftCheck.of(network, moved).roundTrip()).isNotZero();
    }

    /** Without any real model. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAssembledNetworkIsLifted(boolean perChannel) {
        Network network = Network.of(AssembledNetwork.compiled(3, perChannel));
        Lifted lifted = Lifted.of(network, false);
        assertThat(layers(lifted.model()))
                .isEqualTo(layers(AssembledNetwork.source(3, perChannel).copy()));
        LiftCheck check = LiftCheck.of(network, lifted.alone());
        assertThat(check.roundTrip()).isZero();
        assertThat(check.largest()).isLessThanOrEqualTo(1);
    }
}
