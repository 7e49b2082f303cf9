package org.tensorizer.network.lift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.device.Session;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.source.SourceLayer;
import org.tensorizer.network.transplant.AssembledNetwork;
import org.tensorizer.network.transplant.Transplant;

class LiftTest {
    private static Network network(String name) {
        return Network.of(TfliteModel.read(SharedFolder.network(name + "_edgetpu.tflite")));
    }

    /**
     * Weights, biases, multipliers of all channels and zero points of every layer are those of the source; written back, the
     * lifted model gives the compiled file; on the CPU it answers as its source.
     */
    @ParameterizedTest
    @CsvSource({
        "bright_16x16, 0",
        "conv3x3_p32_h12_w176, 0",
        "conv3x3_p64_anchor, 0",
        "gabor_64x64_p4, 0",
        "looming_64x64_3x3, 0",
        "mobilenet_v1_1.0_224_extractor, 0",
        "rl_mlp_tanh, 0",
        "rl_pong, 1",
        "stack2_32, 1",
        "pairs/color_red_64x64, 0",
        "pairs/rl_model1_b, 0"
    })
    void aLiftedNetworkIsItsSource(String name, int largest) {
        Network network = network(name);
        Lifted lifted = Lifted.of(network, false);
        TfliteModel source = TfliteModel.read(SharedFolder.network(name + ".tflite"));

        assertThat(lifted.report().inexact()).isZero();
        assertThat(layers(lifted.model())).isEqualTo(layers(source.copy()));
        LiftCheck check = LiftCheck.of(network, lifted.alone());
        assertThat(check.roundTripNote()).isEmpty();
        assertThat(check.roundTrip()).isZero();
        assertThat(check.answerNote()).isEmpty();
        assertThat(answers(lifted.model(), source.copy())).isLessThanOrEqualTo(largest);
    }

    @ParameterizedTest
    @Tag("long")
    @ValueSource(strings = {"deeplab_dm05", "posenet_353_481", "stack2_400", "stack5_120"})
    void aLargeLiftedNetworkWrittenBackGivesTheCompiledFile(String name) {
        Network network = network(name);
        Lifted lifted = Lifted.of(network, false);
        TfliteModel source = TfliteModel.read(SharedFolder.network(name + ".tflite"));
        assertThat(lifted.report().inexact()).isZero();
        assertThat(layers(lifted.model())).isEqualTo(layers(source.copy()));
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

    /** No source anywhere: lifted B written into compiled A is compiled B. */
    @ParameterizedTest
    @CsvSource({"rl_model1_a, rl_model1_b", "color_red_64x64, color_blue_64x64"})
    void liftedBInCompiledAIsCompiledB(String a, String b) {
        Network first = network("pairs/" + a);
        Network second = network("pairs/" + b);
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

    @Test
    void scalesSayWhereTheyComeFrom() {
        Lifted lifted = Lifted.of(network("rl_mlp_tanh"), false);
        List<String> origins = lifted.report().tensors().stream()
                .map(Lifted.TensorScale::origin)
                .toList();
        assertThat(origins).contains("input", "output", "argument of TANH", "result of TANH");
        assertThat(lifted.report().toJson()).contains("tensorizer-lift-1");
    }

    @Test
    void aDamagedPayloadIsRefusedWithTheLayer() {
        Network whole = network("rl_pong");
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
    @Test
    void theRoundTripSeesEveryChange() {
        Network network = network("rl_mlp_tanh");
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
