package org.tensorizer.experiments;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.gemm.ByteMatrix;
import org.tensorizer.gemm.Gemm;
import org.tensorizer.gemm.GemmPlan;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.template.DenseTemplate;

/*
 * A matrix larger than the chip's memory is cut into blocks that take turns in one payload's place; partial sums come back
 * in output steps and the host adds them. Claim: every block is exact on its own, so the sum is too, whatever is cut how.
 *
 * What would go unnoticed on a square template shows here: blocks of which only a part is used, a padded input that drives
 * something, a block that runs with the weights of the one before it.
 *
 * The largest is 4096 x 4096: on the verified square of 2048 it takes four blocks, on the rectangle 4096 -> 2048, which
 * fills the chip's memory to the last row and was compiled by nobody yet, two.
 *
 * Alone: mvn test -Dexperiment=BlockedGemm
 */
@Hypothesis(
        value = "A matrix cut into blocks gives the sum of what exact arithmetic says of each block",
        refutedBy = "An output that differs from that sum by more than the rounding of ties",
        source = "Derived: the blocks are Dense layers, padding is weight 0 at the input's zero point",
        theme = Hypothesis.Theme.ARITHMETIC)
class BlockedGemm {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.chip(chip -> chip.withLanes(16)),
                Counterexample.clampsOneTooEarly(),
                Counterexample.flickers(7));
    }

    @EveryTemplate
    void largerThanTheTemplateBothWays(DenseTemplate template, Bench bench, Evidence evidence) {
        int outputs = 2 * template.shape().outputs() + 70;
        int inputs = template.shape().inputs() + 130;
        try (Gemm gemm = Gemm.on(bench.device(), template, outputs, inputs)) {
            multiply(gemm, 4, evidence);
        }
    }

    @EveryTemplate
    void smallerThanTheTemplate(DenseTemplate template, Bench bench, Evidence evidence) {
        try (Gemm gemm = Gemm.on(bench.device(), template, 33, 5)) {
            multiply(gemm, 4, evidence);
        }
    }

    @Tag("large")
    @ParameterizedTest
    @EnumSource(
            value = ShapeStatus.Level.class,
            names = {"FIRM", "LIKELY"})
    void fourThousandSquared(ShapeStatus.Level weakest, Bench bench, Evidence evidence) {
        GemmPlan plan = GemmPlan.choose(4096, 4096, ParameterFormat.PER_TENSOR, weakest);
        Quantization spread = new Quantization(0.02f, 121, 0.004f, 128, 0.02f * 0.004f * 6000, 133);
        try (Gemm gemm = Gemm.assemble(bench.device(), plan, spread)) {
            multiply(gemm, 4, evidence);
        }
    }

    private static void multiply(Gemm gemm, int vectors, Evidence evidence) {
        evidence.fact(
                "plan",
                gemm.plan().blocks() + " blocks of " + gemm.plan().template() + ": "
                        + gemm.plan().reason());
        int reach = RandomMatrices.reach(gemm);
        gemm.weights().set(RandomMatrices.of(gemm.plan().outputs(), gemm.plan().inputs(), reach, 1));
        ByteMatrix x =
                RandomMatrices.batch(gemm.template(), vectors, gemm.plan().inputs(), reach, 2);
        RandomMatrices.expect("product", gemm, x, evidence);
    }
}
