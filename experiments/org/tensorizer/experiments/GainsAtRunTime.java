package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.tensorizer.gemm.ByteMatrix;
import org.tensorizer.gemm.FloatMatrix;
import org.tensorizer.gemm.Gemm;
import org.tensorizer.gemm.WeightScales;
import org.tensorizer.gemm.WeightScales.OutOfRange;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Needs;
import org.tensorizer.template.DenseTemplate;

/*
 * A per-channel template keeps a float32 scale for each output in its payload. Claim: it is a gain that can be set at run
 * time, output by output, without the compiler.
 *
 * All rows of W are the same and all gains different, so what differs between outputs is their gain alone; then one gain
 * is halved, and one output follows. At last real weights whose rows are of quite different size: with one gain for each,
 * every row uses its eight bits, and the products come out in one output scale.
 *
 * Alone: mvn test -Dexperiment=GainsAtRunTime
 */
@Hypothesis(
        value = "The scales in a per-channel payload are gains that can be set at run time, output by output",
        refutedBy = "An output that does not follow its gain as exact arithmetic says, or follows another's",
        source = "Derived: scales of compiled models, bit for bit; never observed on a chip by anyone",
        theme = Hypothesis.Theme.ARITHMETIC)
class GainsAtRunTime {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.keepsItsFirstWeights(), Counterexample.flickers(5));
    }

    @EveryTemplate
    void eachOutputFollowsItsOwn(DenseTemplate template, Bench bench, Evidence evidence) {
        requireScales(template);
        Needs.output(template, 77);
        int outputs = template.shape().outputs();
        int inputs = template.shape().inputs();
        ByteMatrix row = RandomMatrices.of(1, inputs, 100, 1);
        ByteMatrix w = ByteMatrix.zero(outputs, inputs);
        for (int out = 0; out < outputs; out++) {
            System.arraycopy(row.values(), 0, w.values(), out * inputs, inputs);
        }
        try (Gemm gemm = Gemm.on(bench.device(), template)) {
            RandomMatrices.reach(gemm);
            gemm.weights().set(w);
            float[] gains = new float[outputs];
            for (int out = 0; out < outputs; out++) {
                gains[out] = (out + 1) * 2e-3f / outputs;
            }
            gemm.weights().gains(gains);
            ByteMatrix x = RandomMatrices.batch(template, 4, inputs, 100, 2);
            int[] before = RandomMatrices.expect("gains " + gains[0] + " to " + gains[outputs - 1], gemm, x, evidence)
                    .product()
                    .row(0);

            gains[77] /= 2;
            gemm.weights().gains(gains);

            int[] after = RandomMatrices.expect("gain 77 halved", gemm, x, evidence)
                    .product()
                    .row(0);
            int followed = after[77];
            after[77] = before[77];
            evidence.expect("all outputs but 77", before, after);
            evidence.fact("output 77, before and after", before[77] + ", " + followed);
        }
    }

    @EveryTemplate
    void realRowsOfAnySizeShareTheOutputScale(DenseTemplate template, Bench bench, Evidence evidence) {
        requireScales(template);
        int outputs = template.shape().outputs();
        int inputs = template.shape().inputs();
        FloatMatrix w = FloatMatrix.zero(outputs, inputs);
        ByteMatrix random = RandomMatrices.of(outputs, inputs, 100, 7);
        for (int i = 0; i < w.values().length; i++) {
            w.values()[i] = random.values()[i] * (float) Math.pow(10, -(double) (i / inputs % 4) - 2);
        }
        try (Gemm gemm = Gemm.on(bench.device(), template)) {
            WeightScales scales = WeightScales.fitEachChannel(w);
            int saturated = gemm.weights().set(w, scales, OutOfRange.REFUSE);
            evidence.fact("weights saturated", saturated);
            evidence.fact("weight scales", scales.of(0) + ", " + scales.of(1) + ", " + scales.of(2) + ", ...");
            evidence.fact("output scale of all", gemm.weights().outputScale(0));
            RandomMatrices.expect("real weights", gemm, RandomMatrices.batch(template, 4, inputs, 100, 8), evidence);
        }
    }

    private static void requireScales(DenseTemplate template) {
        assumeTrue(
                template.shape().format().isPerChannel(),
                template.shape() + " has one factor for all outputs, in its instructions");
    }
}
