package org.tensorizer.experiments;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.WeightCode;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;

/*
 * Where does weight W[out][ky][kx][in] of a convolution stand? Claim: where the specification says. One weight at a time is
 * the largest there is, all others 0: then output channel `out` is the image of channel `in`, moved by (ky, kx), and every
 * other output stays at zero. Taken together over many weights that is the layout, from outputs alone.
 *
 * The control: the image is random, so that a channel or a position in the wrong place would not answer alike; beyond the
 * edge it is zero.
 *
 * Alone: mvn test -Dexperiment=ConvolutionWeights
 */
@Hypothesis(
        value = "Weight W[out][ky][kx][in] of a convolution stands where the specification says",
        refutedBy = "A single weight that answers at another output channel, from another input channel or position",
        source = "Derived; payloads of compiled convolutions, byte for byte",
        theme = Hypothesis.Theme.LAYOUT)
class ConvolutionWeights {
    private static final int SIDE = 8;
    private static final int INPUTS = 24;
    private static final int OUTPUTS = 72;

    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.chip(chip -> chip.withLaneFastest(true)),
                Counterexample.chip(chip -> chip.withReversedLanes(true)),
                Counterexample.chip(chip -> chip.withCode(WeightCode.TWOS_COMPLEMENT)));
    }

    @Test
    void ofAMatrixProduct(Bench bench, Evidence evidence) {
        probe(1, bench, evidence);
    }

    @Test
    void ofAWindow(Bench bench, Evidence evidence) {
        probe(3, bench, evidence);
    }

    private static void probe(int kernel, Bench bench, Evidence evidence) {
        SplittableRandom random = new SplittableRandom(kernel);
        byte[] input = RowsOfMatrices.random(SIDE * SIDE * INPUTS, 6);
        for (int trial = 0; trial < 8; trial++) {
            int out = random.nextInt(OUTPUTS);
            int ky = random.nextInt(kernel);
            int kx = random.nextInt(kernel);
            int in = random.nextInt(INPUTS);
            byte[] weights = new byte[OUTPUTS * kernel * kernel * INPUTS];
            weights[((out * kernel + ky) * kernel + kx) * INPUTS + in] = 64;
            byte[] answered;
            try (Session session = bench.device()
                    .open(
                            "weight",
                            RowsOfMatrices.convolution(
                                            SIDE, SIDE, INPUTS, OUTPUTS, kernel, RowsOfMatrices.SCALE, weights)
                                    .compiled())) {
                answered = session.run(input);
            }
            evidence.expect(
                    "W[" + out + "][" + ky + "][" + kx + "][" + in + "]",
                    moved(input, out, ky - kernel / 2, kx - kernel / 2, in),
                    answered,
                    true);
        }
        evidence.fact("control", "the image is random: other channels and positions look different");
    }

    /** 64 times the weight scale is 1, and input and output have one scale: the output is the input. */
    private static byte[] moved(byte[] input, int out, int dy, int dx, int in) {
        byte[] expected = new byte[SIDE * SIDE * OUTPUTS];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int row = y + dy;
                int column = x + dx;
                if (row >= 0 && row < SIDE && column >= 0 && column < SIDE) {
                    expected[(y * SIDE + x) * OUTPUTS + out] = input[(row * SIDE + column) * INPUTS + in];
                }
            }
        }
        return expected;
    }
}
