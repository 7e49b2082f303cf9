package org.tensorizer.experiments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.ChipParameters.NetworkFault;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;

/*
 * The 16 tiles share an image, four by four, and each gets a rim from its neighbours before a 3x3 convolution. So one pixel
 * of the input that differs must change the outputs whose window holds it, on whatever tile they are, and no others. The
 * pixels asked lie in the middle of a tile, at its edges and corners, and at the border of the image.
 *
 * Alone: mvn test -Dexperiment=Halo
 */
@Hypothesis(
        value = "One input pixel changes the outputs of a 3x3 convolution around it, across tiles, and no others",
        refutedBy = "An output that changes outside of the window, or a pixel of the window where none changes",
        source = "derived from the streams of compiled networks",
        theme = Hypothesis.Theme.NETWORKS,
        onSilicon = "not published")
class Halo {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.chip(chip -> chip.withNetwork(NetworkFault.EAST_REVERSED)),
                Counterexample.answersTheSame());
    }

    private static final int SIZE = SmallNetwork.SIZE;
    private static final int OUTPUTS = SmallNetwork.OUTPUTS;

    @ParameterizedTest(name = "pixel {0}, {1}")
    @CsvSource({
        "1, 2", "3, 3", "4, 4", "3, 4", "4, 11", "7, 8", "8, 7", "11, 12", "12, 3", "0, 0", "15, 15", "0, 8", "9, 15"
    })
    void onlyTheWindowChanges(int y, int x, Bench bench, Evidence evidence) {
        SmallNetwork network = SmallNetwork.convolution(6, false);
        byte[] input = new byte[SmallNetwork.INPUT_BYTES];
        byte[] changed = input.clone();
        int at = (y * SIZE + x) * SmallNetwork.CHANNELS;
        Arrays.fill(changed, at, at + SmallNetwork.CHANNELS, (byte) 100);
        List<String> moved = new ArrayList<>();
        List<String> window = new ArrayList<>();
        try (Session session = bench.open(network.compiled(), SIZE * SIZE * OUTPUTS)) {
            byte[] before = session.run(input);
            byte[] after = session.run(changed);
            for (int pixel = 0; pixel < SIZE * SIZE; pixel++) {
                int from = pixel * OUTPUTS;
                if (!Arrays.equals(before, from, from + OUTPUTS, after, from, from + OUTPUTS)) {
                    moved.add(pixel / SIZE + "," + pixel % SIZE);
                }
                if (Math.abs(pixel / SIZE - y) <= 1 && Math.abs(pixel % SIZE - x) <= 1) {
                    window.add(pixel / SIZE + "," + pixel % SIZE);
                }
            }
        }
        evidence.fact("pixels that changed", String.join("  ", moved));
        if (!moved.equals(window)) {
            throw new AssertionError("changed: " + moved + ", the window is " + window);
        }
    }
}
