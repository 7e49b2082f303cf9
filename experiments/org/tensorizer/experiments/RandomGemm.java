package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.tensorizer.gemm.ByteMatrix;
import org.tensorizer.gemm.Gemm;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.template.DenseTemplate;

/*
 * The chip as a matrix engine: any weights, written at run time, times any batch. Claim: not one output differs from exact
 * integer arithmetic followed by the chip's float32 requantization, for one matrix after another on the same instructions.
 *
 * Weights and inputs are random and reach so far that most outputs lie within their 8 bits and some are clipped: if all
 * were clipped, anything would agree. The numbers of both are in the facts.
 *
 * The control is the second matrix: with the outputs of the first one the comparison would fail.
 *
 * Alone: mvn test -Dexperiment=RandomGemm
 */
@Hypothesis(
        value = "Products with random int8 weights set at run time are exact, output by output",
        refutedBy = "An output that differs from exact arithmetic by more than the rounding of a tie",
        source =
                "Derived: compiled templates against TFLite's CPU kernels; products with random weights were published only"
                        + " up to a fitted scale (coral-usb-oxidized, docs/gemm_weight_load_verify.md)",
        theme = Hypothesis.Theme.ARITHMETIC,
        onSilicon = "up to a fitted scale (2304 squared)")
class RandomGemm {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.chip(chip -> chip.withLanes(16)),
                Counterexample.keepsItsFirstWeights(),
                Counterexample.flickers(7));
    }

    private static final int VECTORS = 8;

    @EveryTemplate
    void onEveryTemplate(DenseTemplate template, Bench bench, Evidence evidence) {
        multiply(template, bench, evidence);
    }

    @EveryTemplate(assembled = {1024, 2048})
    @Tag("large")
    void onLargeTemplates(DenseTemplate template, Bench bench, Evidence evidence) {
        multiply(template, bench, evidence);
    }

    private static void multiply(DenseTemplate template, Bench bench, Evidence evidence) {
        int outputs = template.shape().outputs();
        int inputs = template.shape().inputs();
        try (Gemm gemm = Gemm.on(bench.device(), template)) {
            int reach = RandomMatrices.reach(gemm);
            evidence.fact("weights and inputs reach", reach);
            for (int matrix = 0; matrix < 3; matrix++) {
                ByteMatrix x = RandomMatrices.batch(template, VECTORS, inputs, reach, matrix);
                gemm.weights().set(RandomMatrices.of(outputs, inputs, reach, 100 + matrix));
                int clipped = RandomMatrices.expect("matrix " + matrix, gemm, x, evidence)
                        .check()
                        .clipped()
                        .cardinality();
                assumeTrue(
                        clipped <= outputs * VECTORS / 2, "most outputs are clipped, the comparison would show little");
            }
        }
    }
}
