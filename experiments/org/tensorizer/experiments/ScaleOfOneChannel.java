package org.tensorizer.experiments;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.device.Session;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.NetworkWriter;
import org.tensorizer.network.graph.LayerOperator;

/*
 * A convolution with a scale for each output channel has them in its payload. The scale of one channel is halved: this
 * channel must answer with half its steps around the output zero point, computed here from weights, biases and scales with
 * integer sums; every other channel must answer as before.
 *
 * Alone: mvn test -Dexperiment=ScaleOfOneChannel
 */
@Hypothesis(
        value = "The scale of one channel of a convolution changes exactly this channel",
        refutedBy = "Another channel that changes, or answers of this channel that do not follow its scale",
        source = "derived from the payload layout of convolutions, byte-exact on real compilations",
        theme = Hypothesis.Theme.ARITHMETIC,
        onSilicon = "not published")
class ScaleOfOneChannel {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.keepsItsFirstWeights(),
                Counterexample.answersTheSame(),
                Counterexample.clampsOneTooEarly());
    }

    private static final int SIZE = SmallNetwork.SIZE;
    private static final int INPUTS = SmallNetwork.CHANNELS;
    private static final int OUTPUTS = SmallNetwork.OUTPUTS;

    @ParameterizedTest(name = "channel {0}")
    @ValueSource(ints = {0, 5, 11})
    void halvedInTheRunningNetwork(int channel, Bench bench, Evidence evidence) {
        SmallNetwork small = SmallNetwork.convolution(6, true);
        Network network = Network.of(small.compiled());
        LayerOperator layer = network.layer(0);
        byte[] input = SmallNetwork.input(channel);
        float[] scales = network.multipliers(layer);

        evidence.expect(
                "scales as compiled",
                expected(network, layer, scales, input),
                answer(bench, small.compiled(), input),
                true);

        scales[channel] /= 2;
        NetworkWriter writer = NetworkWriter.open(network);
        writer.scales(layer, scales);
        writer.refreshToken();
        TfliteModel changed =
                TfliteModel.parse(small.compiled().name(), writer.bytes().clone());
        evidence.expect(
                "scale of channel " + channel + " halved",
                expected(network, layer, scales, input),
                answer(bench, changed, input),
                true);
    }

    /** 3x3, stride 1, same size: integer sums, then float32, rounded half to even. */
    private static byte[] expected(Network network, LayerOperator layer, float[] scales, byte[] input) {
        byte[] weights = network.weights(layer);
        int[] biases = network.biases(layer);
        int inputZero = network.inputs().get(0).quantized().zeroPoint();
        int outputZero = network.outputs().get(0).quantized().zeroPoint();
        byte[] image = new byte[SIZE * SIZE * OUTPUTS];
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                for (int out = 0; out < OUTPUTS; out++) {
                    int sum = biases[out];
                    for (int tap = 0; tap < 9; tap++) {
                        int row = y + tap / 3 - 1;
                        int column = x + tap % 3 - 1;
                        if (row < 0 || row >= SIZE || column < 0 || column >= SIZE) {
                            continue;
                        }
                        for (int in = 0; in < INPUTS; in++) {
                            int activation = (input[(row * SIZE + column) * INPUTS + in] + 128) - inputZero;
                            sum += ((weights[(out * 9 + tap) * INPUTS + in] & 0xff) - 128) * activation;
                        }
                    }
                    double steps = Math.rint((float) sum * scales[out]) + outputZero;
                    image[(y * SIZE + x) * OUTPUTS + out] = (byte) (Math.max(0, Math.min(255, steps)) - 128);
                }
            }
        }
        return image;
    }

    private static byte[] answer(Bench bench, TfliteModel model, byte[] input) {
        try (Session session = bench.open(model, SIZE * SIZE * OUTPUTS)) {
            return session.run(input);
        }
    }
}
