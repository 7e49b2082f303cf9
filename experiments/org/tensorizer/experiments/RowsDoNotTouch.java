package org.tensorizer.experiments;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorizer.compiler.ConvolutionModel;
import org.tensorizer.device.Session;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;

/*
 * Many rows of a matrix go through the chip in one inference, sixteen tiles share them. Claim: a row that changes moves its
 * own outputs and no other byte. With a window of 3x3 it moves its neighbours' and no other.
 *
 * The control is that the row's own outputs do move.
 *
 * Alone: mvn test -Dexperiment=RowsDoNotTouch
 */
@Hypothesis(
        value = "A pixel that changes moves the outputs whose window holds it, and nothing else",
        refutedBy = "An output elsewhere that moves, or none that does",
        source = "Derived: the definition of a convolution",
        theme = Hypothesis.Theme.NETWORKS)
class RowsDoNotTouch {
    private static final int HEIGHT = 12;
    private static final int WIDTH = 16;
    private static final int INPUTS = 32;
    private static final int OUTPUTS = 40;

    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.answers("lets a row leak into the one before", () -> RowsDoNotTouch::leaking),
                Counterexample.answersTheSame());
    }

    private static byte[] leaking(byte[] answer) {
        byte[] leaking = answer.clone();
        for (int i = 0; i + 4 * OUTPUTS < answer.length; i++) {
            leaking[i] ^= (byte) (answer[i + 4 * OUTPUTS] & 1);
        }
        return leaking;
    }

    @Test
    void ofAMatrixProduct(Bench bench, Evidence evidence) {
        change(1, bench, evidence);
    }

    @Test
    void ofAWindow(Bench bench, Evidence evidence) {
        change(3, bench, evidence);
    }

    private static void change(int kernel, Bench bench, Evidence evidence) {
        byte[] weights = RowsOfMatrices.random(OUTPUTS * kernel * kernel * INPUTS, 3);
        float scale = RowsOfMatrices.SCALE * RowsOfMatrices.WEIGHT_SCALE * 1200 * kernel;
        ConvolutionModel model = RowsOfMatrices.convolution(HEIGHT, WIDTH, INPUTS, OUTPUTS, kernel, scale, weights);
        byte[] input = RowsOfMatrices.random(HEIGHT * WIDTH * INPUTS, 4);
        try (Session session = bench.device().open("rows", model.compiled())) {
            byte[] before = session.run(input);
            for (int pixel : new int[] {0, 5, 51, 96, 150, HEIGHT * WIDTH - 1}) {
                byte[] changed = input.clone();
                for (int c = 0; c < INPUTS; c++) {
                    changed[pixel * INPUTS + c] = (byte) (127 - c);
                }
                byte[] after = session.run(changed);
                evidence.expect("pixel " + pixel, expected(before, after, pixel, kernel), after, true);
                requireMoved(before, after, pixel);
            }
        }
        evidence.fact("control", "the outputs of the changed pixel move");
    }

    /** What may be: outputs far from the pixel as before, the others as they are. */
    private static byte[] expected(byte[] before, byte[] after, int pixel, int kernel) {
        byte[] expected = before.clone();
        for (int i = 0; i < HEIGHT * WIDTH; i++) {
            boolean near = Math.abs(i / WIDTH - pixel / WIDTH) <= kernel / 2
                    && Math.abs(i % WIDTH - pixel % WIDTH) <= kernel / 2;
            if (near) {
                System.arraycopy(after, i * OUTPUTS, expected, i * OUTPUTS, OUTPUTS);
            }
        }
        return expected;
    }

    private static void requireMoved(byte[] before, byte[] after, int pixel) {
        for (int i = pixel * OUTPUTS; i < (pixel + 1) * OUTPUTS; i++) {
            if (before[i] != after[i]) {
                return;
            }
        }
        throw new AssertionError("pixel " + pixel + ": no output of its own moved");
    }
}
