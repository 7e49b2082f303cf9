package org.tensorizer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.device.ChangingSession;
import org.tensorizer.device.Device;
import org.tensorizer.device.ForwardingDevice;
import org.tensorizer.device.ForwardingSession;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.transplant.AssembledNetwork;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.PatchedModel;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;

class NetworkWriterTest {
    private final Network network = Network.of(AssembledNetwork.compiled(1, true));
    private final LayerOperator first = network.layer(0);

    @Test
    void onlyTheLayersBytesAndTheTokensChange() {
        NetworkWriter writer = NetworkWriter.open(network);
        byte[] weights = network.weights(first);
        for (int i = 0; i < weights.length; i++) {
            weights[i] ^= 0x11;
        }
        writer.weights(first, weights);
        int[] biases = network.biases(first);
        biases[3] += 5;
        writer.biases(first, biases);
        float[] scales = network.multipliers(first);
        scales[4] *= 2;
        writer.scales(first, scales);
        writer.refreshToken();

        byte[] before = network.model().copy();
        ByteRange range = network.range(first);
        for (int i = 0; i < before.length; i++) {
            int at = i;
            boolean may = range.contains(i) || network.tokenFields().stream().anyMatch(f -> f.contains(at));
            assertThat(may || writer.bytes()[i] == before[i]).as("byte " + i).isTrue();
        }
        Network again = Network.of(TfliteModel.parse("again", writer.bytes().clone()));
        assertThat(again.weights(again.layer(0))).isEqualTo(weights);
        assertThat(again.biases(again.layer(0))).isEqualTo(biases);
        assertThat(again.multipliers(again.layer(0))).isEqualTo(scales);
        assertThat(again.weights(again.layer(1))).isEqualTo(network.weights(network.layer(1)));
    }

    @Test
    void cellsAreTheOnesAskedFor() {
        Region region = new Region.Part(7, -1, -1, 10, 20);
        PatchedModel patched = PatchedModel.of(network.target(first), Patch.of(region, Pattern.byteValue(9)));
        assertThat(patched.record().steps().get(0).bytes()).isEqualTo(10);
        Network again = Network.of(patched.model("again"));
        byte[] expected = network.weights(first);
        Arrays.fill(expected, 7 * 64 + 10, 7 * 64 + 20, (byte) 9);
        assertThat(again.weights(again.layer(0))).isEqualTo(expected);
    }

    /** A learner's loop: the session stays and answers with the weights of each step. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRunningSessionFollowsChanges(boolean canSwap) {
        NetworkWriter writer = NetworkWriter.open(network);
        byte[] input = new byte[64];
        new Random(5).nextBytes(input);
        Set<String> answers = new HashSet<>();
        AtomicInteger opened = new AtomicInteger();
        Device emulator = new EmulatorDevice();
        Device device = new ForwardingDevice(emulator) {
            @Override
            public Session open(TfliteModel model) {
                opened.incrementAndGet();
                Session session = emulator.open(model);
                return canSwap ? session : withoutSwap(session);
            }

            @Override
            public Device allowingTokenReuse() {
                return this;
            }
        };
        try (ChangingSession session = writer.session(device)) {
            for (int step = 0; step < 4; step++) {
                byte[] weights = new byte[first.layout().weights()];
                new Random(step).nextBytes(weights);
                session.change(() -> writer.weights(first, weights));
                byte[] answer = session.run(List.of(input)).get(0);
                try (Session fresh = emulator.open("fresh", writer.bytes().clone())) {
                    assertThat(answer).isEqualTo(fresh.run(input));
                }
                answers.add(Arrays.toString(answer));
            }
        }
        assertThat(answers).hasSize(4);
        assertThat(opened.get()).isEqualTo(canSwap ? 1 : 4);
    }

    private static Session withoutSwap(Session session) {
        return new ForwardingSession(session) {
            @Override
            public void run(List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
                session().run(inputs, outputs);
            }
        };
    }

    @Test
    void whatDoesNotFitIsRefused() {
        NetworkWriter writer = NetworkWriter.open(network);
        assertThatThrownBy(() -> writer.weights(first, new byte[5])).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> writer.weight(first, 90, 0, 0, 0, 1)).hasMessageContaining("[90]");
        assertThatThrownBy(() -> network.layer(2)).hasMessageContaining("expected 0 to 1");
        float[] scales = network.multipliers(first);
        scales[0] = Float.NaN;
        assertThatThrownBy(() -> writer.scales(first, scales)).hasMessageContaining("NaN");
        Patch beyond = Patch.of(Region.parse("channels:60-65"), Pattern.zero());
        assertThatThrownBy(() -> PatchedModel.of(network.target(first), beyond))
                .hasMessageContaining("channels:60-65")
                .hasMessageContaining("[0..63]");
    }

    static Stream<Arguments> mobilenets() {
        return Stream.concat(
                TestNetwork.rows("templates/mobilenet_v1_0.25_128_quant"),
                TestNetwork.real("networks/mobilenet_v1_1.0_224_extractor"));
    }

    /** Depthwise and convolution kernels of a network come back as its source has them. */
    @ParameterizedTest
    @MethodSource("mobilenets")
    void weightsOfANetworkAreThoseOfItsSource(TestNetwork tested) {
        Network mobilenet = tested.network();
        SourceGraph source = SourceGraph.of(tested.source().get());
        var layers = source.model().operators().stream()
                .filter(source::isLayer)
                .map(source::layer)
                .toList();
        assertThat(layers).hasSameSizeAs(mobilenet.layers());
        for (int i = 0; i < layers.size(); i++) {
            LayerOperator layer = mobilenet.layer(i);
            assertThat(mobilenet.weights(layer)).isEqualTo(layers.get(i).weights());
            assertThat(mobilenet.biases(layer)).isEqualTo(layers.get(i).biases());
            assertThat(mobilenet.multipliers(layer)).isEqualTo(layers.get(i).multipliers());
        }
    }
}
