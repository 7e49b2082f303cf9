package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.InnerTensors;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.LayerOperator;

/** An overwritten payload may hold scales that are no numbers: the result is defined, and no exception. */
class DamagedScalesTest {
    private static final int CHANNEL = 5;
    private static final SmallNetwork SMALL = SmallNetwork.convolution(2, true);

    @ParameterizedTest
    @ValueSource(
            floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0, -0.01f, Float.MAX_VALUE, 1e-40f})
    void oneChannel(float scale) {
        Network network = Network.of(SMALL.compiled());
        LayerOperator layer = network.layer(0);
        byte[] bytes = SMALL.compiled().copy();
        words(bytes).putFloat(network.fileOffset(layer.offset() + layer.layout().scaleOffset(CHANNEL)), scale);
        byte[] input = new byte[SmallNetwork.INPUT_BYTES];
        new Random(3).nextBytes(input);

        byte[] answer = answer(network, bytes, input);

        Network damaged = Network.of(TfliteModel.parse("damaged", bytes));
        int[] expected = NetworkArithmetic.answer(damaged, input).orElseThrow();
        List<Integer> seen = new ArrayList<>();
        for (int i = 0; i < answer.length; i++) {
            assertThat(answer[i] & 0xff).as("output %d", i).isEqualTo(expected[i]);
            if (i % SmallNetwork.OUTPUTS == CHANNEL) {
                seen.add(answer[i] & 0xff);
            }
        }
        if (Float.isNaN(scale)) {
            assertThat(seen).as("of no number the smallest output").containsOnly(0);
        }
    }

    /** Every header word of the payload, bias and zero point too, as a pattern that is NaN as a float. */
    @Test
    void theWholePayload() {
        Network network = Network.of(SMALL.compiled());
        byte[] bytes = SMALL.compiled().copy();
        int start = network.fileOffset(0);
        for (int at = 0; at + 4 <= network.trace().payload().length; at += 4) {
            words(bytes).putInt(start + at, 0x7fc00001);
        }

        assertThat(answer(network, bytes, new byte[SmallNetwork.INPUT_BYTES]))
                .hasSize(SmallNetwork.SIZE * SmallNetwork.SIZE * SmallNetwork.OUTPUTS);
    }

    private static ByteBuffer words(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] answer(Network network, byte[] bytes, byte[] input) {
        try (EmulatorDevice device = new EmulatorDevice()) {
            return InnerTensors.of(
                            network,
                            TfliteModel.parse("damaged", bytes),
                            device.innerResults().orElseThrow(),
                            List.of(input))
                    .outputs()
                    .get(0);
        }
    }
}
