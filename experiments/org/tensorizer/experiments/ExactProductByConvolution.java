package org.tensorizer.experiments;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorizer.gemm.ByteMatrix;
import org.tensorizer.gemm.ExactRows;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;

/*
 * A whole matrix of rows times a matrix of weights, exactly, though the chip gives 8 bits for each number: every bit of the
 * left matrix is a row of its own, every bit of the right one an output channel, and the chip counts. Claim: all 32 bits of
 * every product are right.
 *
 * The numbers are random and span the whole of int8; a K beyond 255 needs several blocks of inputs.
 *
 * Alone: mvn test -Dexperiment=ExactProductByConvolution
 */
@Hypothesis(
        value = "The exact int32 product of two matrices can be put together from one convolution of their bits",
        refutedBy = "One bit of one product that is wrong",
        source = "Derived: at most 255 ones are counted at a time, which a byte holds",
        theme = Hypothesis.Theme.ARITHMETIC)
class ExactProductByConvolution {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.chip(chip -> chip.withLanes(16)),
                Counterexample.chip(chip -> chip.withPermutation(1)),
                Counterexample.answers("is one off in its first byte", () -> answer -> {
                    byte[] off = answer.clone();
                    off[0] ^= 1;
                    return off;
                }));
    }

    @Test
    void ofRandomNumbers(Bench bench, Evidence evidence) {
        check(12, 100, 20, bench, evidence);
    }

    @Test
    void ofSeveralBlocks(Bench bench, Evidence evidence) {
        check(5, 300, 9, bench, evidence);
    }

    private static void check(int rows, int inputs, int outputs, Bench bench, Evidence evidence) {
        ByteMatrix a = RandomMatrices.int8(rows, inputs, 7);
        ByteMatrix w = RandomMatrices.int8(outputs, inputs, 8);
        int[] product = new ExactRows(bench.device()).multiply(a, w, done -> {}).values();
        int[] expected = new int[rows * outputs];
        for (int m = 0; m < rows; m++) {
            for (int n = 0; n < outputs; n++) {
                for (int k = 0; k < inputs; k++) {
                    expected[m * outputs + n] += a.at(m, k) * w.at(n, k);
                }
            }
        }
        evidence.expect(rows + " x " + inputs + " x " + outputs, expected, product);
    }
}
