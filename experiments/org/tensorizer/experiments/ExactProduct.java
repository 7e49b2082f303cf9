package org.tensorizer.experiments;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.device.emulator.ChipParameters.WeightCode;
import org.tensorizer.gemm.ByteMatrix;
import org.tensorizer.gemm.ExactGemm;
import org.tensorizer.gemm.IntMatrix;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.template.DenseTemplate;

/*
 * Eight bits come out of the chip, a product of 1024 int8 numbers has 25. Claim: all of them can be had. Weights are split
 * into digits -1, 0, 1 and inputs into bits, so finely that no sum can leave the byte; then each output is a sum itself,
 * rounded by nobody, and the host adds them with their powers of two.
 *
 * This rests on less than any other experiment here: on the layout and on a product by 1 being exact, and on no rounding.
 * So a single wrong bit would be the chip's, not the prediction's. Random matrices, and the largest numbers there are, for
 * which a sum that was cut off would show.
 *
 * Alone: mvn test -Dexperiment=ExactProduct
 */
@Hypothesis(
        value = "The exact int32 product can be put together from 8-bit outputs",
        refutedBy = "One bit of one product that is wrong",
        source = "Derived: digits with no two neighbours different from 0, bounds in ExactGemm",
        theme = Hypothesis.Theme.ARITHMETIC)
class ExactProduct {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.chip(chip -> chip.withLanes(16)),
                Counterexample.chip(chip -> chip.withCode(WeightCode.SIGN_MAGNITUDE)),
                Counterexample.clampsOneTooEarly());
    }

    @EveryTemplate
    void ofRandomNumbers(DenseTemplate template, Bench bench, Evidence evidence) {
        ByteMatrix w = RandomMatrices.int8(40, 300, 1);
        try (ExactGemm exact = ExactGemm.on(bench.device(), template, w)) {
            expect("random", exact, w, RandomMatrices.int8(3, 300, 2), evidence);
        }
    }

    @EveryTemplate
    void ofTheLargestNumbers(DenseTemplate template, Bench bench, Evidence evidence) {
        ByteMatrix w = filled(3, 256, -128);
        try (ExactGemm exact = ExactGemm.on(bench.device(), template, w)) {
            expect("-128 times -128", exact, w, filled(1, 256, -128), evidence);
            expect("-128 times 127", exact, w, filled(1, 256, 127), evidence);
        }
    }

    @Tag("large")
    @ParameterizedTest
    @ValueSource(ints = {1024, 2048})
    void onATemplateWrittenForIt(int size, Bench bench, Evidence evidence) {
        ByteMatrix w = RandomMatrices.int8(size, size, 5);
        try (ExactGemm exact = ExactGemm.assemble(bench.device(), w)) {
            expect("random", exact, w, RandomMatrices.int8(4, size, 6), evidence);
        }
    }

    private static ByteMatrix filled(int rows, int columns, int value) {
        ByteMatrix matrix = ByteMatrix.zero(rows, columns);
        java.util.Arrays.fill(matrix.values(), (byte) value);
        return matrix;
    }

    private static void expect(String probe, ExactGemm exact, ByteMatrix w, ByteMatrix x, Evidence evidence) {
        evidence.fact("inferences, at most", exact.plan().inferences(x.rows()));
        evidence.fact("digit rows", exact.plan().rows());
        IntMatrix product = exact.multiply(x);
        for (int vector = 0; vector < x.rows(); vector++) {
            evidence.expect(probe + ", vector " + vector, sums(w, x, vector), product.row(vector));
        }
    }

    private static int[] sums(ByteMatrix w, ByteMatrix x, int vector) {
        int[] sums = new int[w.rows()];
        for (int out = 0; out < sums.length; out++) {
            for (int in = 0; in < w.columns(); in++) {
                sums[out] += w.values()[out * w.columns() + in] * x.values()[vector * w.columns() + in];
            }
        }
        return sums;
    }
}
