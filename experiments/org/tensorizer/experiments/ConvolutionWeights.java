package org.tensorizer.experiments;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tensorizer.compiler.ConvolutionModel;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.ChipParameters.WeightCode;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.TemplateReader;
import org.tensorizer.recovery.ModelTarget;
import org.tensorizer.recovery.RecoveredLayout;
import org.tensorizer.recovery.Recovery;
import org.tensorizer.recovery.WindowTarget;
import org.tensorizer.template.LayerTemplate;

/*
 * Where does weight W[out][ky][kx][in] of a convolution stand? Claim: where the specification says. One weight at a time is
 * the largest there is, all others 0: then output channel `out` is the image of channel `in`, moved by (ky, kx), and every
 * other output stays at zero. Then the whole layout is recovered from answers alone, by a program that is told how the window
 * lies on the image and nothing of the payload.
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
    private static final int FEW_INPUTS = 8;
    private static final int FEW_OUTPUTS = 12;

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

    @Test
    void allOfAMatrixProductFromAnswersAlone(Bench bench, Evidence evidence) {
        recover(1, bench, evidence);
    }

    @Test
    void allOfAWindowFromAnswersAlone(Bench bench, Evidence evidence) {
        recover(3, bench, evidence);
    }

    /** Many windows side by side are asked in one inference; the payload is a row of bytes and nothing else. */
    private static void recover(int kernel, Bench bench, Evidence evidence) {
        byte[] weights = RowsOfMatrices.random(FEW_OUTPUTS * kernel * kernel * FEW_INPUTS, 8);
        ConvolutionModel model =
                RowsOfMatrices.convolution(SIDE, SIDE, FEW_INPUTS, FEW_OUTPUTS, kernel, RowsOfMatrices.SCALE, weights);
        LayerTemplate template = TemplateReader.of(TfliteModel.parse("layout", model.compiled()));
        ModelTarget image = new ModelTarget(template.target().model(), bench.device());
        RecoveredLayout found =
                Recovery.of(new WindowTarget(image, template.window())).run();
        PayloadLayout layout = template.layer().layout();
        int[] predicted = new int[layout.weights()];
        for (int i = 0; i < predicted.length; i++) {
            int tap = i / FEW_INPUTS % layout.taps();
            predicted[i] = layout.offset(i / FEW_INPUTS / layout.taps(), tap / kernel, tap % kernel, i % FEW_INPUTS);
        }
        found.formula().ifPresent(fit -> evidence.fact("formula, in = tap * inputs + input", fit));
        evidence.fact("questions", found.budget().used());
        evidence.fact("inferences", found.budget().inferences());
        evidence.expect("offset of every weight", predicted, found.weights().toArray());
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
