package org.tensorizer.experiments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
 * One weight W[out][ky][kx][in] of a 3x3 convolution is changed, and one pixel of one input channel differs from zero. Only
 * one output can move: the channel out at the pixel that sees the impulse through that tap. At a border the tap may look
 * beyond the image; then nothing may move.
 *
 * The control is the unchanged network on the same input.
 *
 * Alone: mvn test -Dexperiment=ReceptiveField
 */
@Hypothesis(
        value = "One kernel cell moves only its output channel, only where its tap sees the input",
        refutedBy = "An output that moves elsewhere, or none that moves where the tap sees the impulse",
        source = "derived from the payload layout of convolutions, byte-exact on real compilations",
        theme = Hypothesis.Theme.LAYOUT,
        onSilicon = "not published")
class ReceptiveField {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.keepsItsFirstWeights(),
                Counterexample.answers("gives images transposed", () -> ReceptiveField::transposed));
    }

    private static final int SIZE = SmallNetwork.SIZE;
    private static final int OUTPUTS = SmallNetwork.OUTPUTS;

    private static byte[] transposed(byte[] image) {
        byte[] turned = new byte[image.length];
        int channels = image.length / (SIZE * SIZE);
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                System.arraycopy(image, (y * SIZE + x) * channels, turned, (x * SIZE + y) * channels, channels);
            }
        }
        return turned;
    }

    /** Output channel, tap, input channel; row and column of the impulse. Taps look one pixel up and left at most. */
    @ParameterizedTest(name = "W[{0}][{1}][{2}][{3}], impulse at {4}, {5}")
    @CsvSource({
        "0, 1, 1, 0, 8, 8",
        "11, 0, 2, 3, 5, 6",
        "3, 2, 0, 1, 4, 11",
        "7, 0, 0, 2, 3, 3",
        "7, 2, 2, 2, 4, 4",
        "5, 0, 1, 0, 0, 15",
        "5, 2, 1, 0, 0, 7",
        "9, 1, 0, 3, 12, 15"
    })
    void oneCellMovesOneOutput(int out, int ky, int kx, int in, int y, int x, Bench bench, Evidence evidence) {
        SmallNetwork small = SmallNetwork.convolution(4, true);
        Network network = Network.of(small.compiled());
        LayerOperator layer = network.layer(0);
        NetworkWriter writer = NetworkWriter.open(network);
        int old = writer.bytes()[writer.weightOffset(layer, out, ky, kx, in)] & 0xff;
        writer.weight(layer, out, ky, kx, in, old < 128 ? old + 100 : old - 100);
        writer.refreshToken();

        byte[] input = new byte[SmallNetwork.INPUT_BYTES];
        byte zero = (byte) (network.inputs().get(0).quantized().zeroPoint() - 128);
        Arrays.fill(input, zero);
        input[(y * SIZE + x) * SmallNetwork.CHANNELS + in] = (byte) (zero + 100);
        byte[] before = answer(bench, small.compiled(), input);
        byte[] after = answer(
                bench, TfliteModel.parse(small.compiled().name(), writer.bytes().clone()), input);

        List<String> moved = new ArrayList<>();
        for (int i = 0; i < after.length; i++) {
            if (before[i] != after[i]) {
                moved.add(place(i / OUTPUTS / SIZE, i / OUTPUTS % SIZE, i % OUTPUTS));
            }
        }
        int row = y + 1 - ky;
        int column = x + 1 - kx;
        boolean seen = row >= 0 && row < SIZE && column >= 0 && column < SIZE;
        List<String> expected = seen ? List.of(place(row, column, out)) : List.of();
        evidence.fact("outputs that moved", moved.isEmpty() ? "none" : String.join("; ", moved));
        if (!moved.equals(expected)) {
            throw new AssertionError("moved: " + moved + ", expected " + expected);
        }
    }

    private static String place(int row, int column, int channel) {
        return "row " + row + ", column " + column + ", channel " + channel;
    }

    private static byte[] answer(Bench bench, TfliteModel model, byte[] input) {
        try (Session session = bench.open(model, SIZE * SIZE * OUTPUTS)) {
            return session.run(input);
        }
    }
}
