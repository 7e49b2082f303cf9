package org.tensorizer.experiments;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.patch.Pattern;
import org.tensorizer.template.DenseTemplate;

/*
 * If the layout and the encoding are right, any matrix can be written into the payload and the chip multiplies by it.
 * Five matrices with structure that the eye can follow, one without, and the exact integer product of each with a few
 * input vectors.
 *
 * A matrix of zeros is the control: whatever is driven, the outputs stay at their zero point.
 *
 * Alone: mvn test -Dexperiment=StructuredMatrices
 */
@Hypothesis(
        value = "A matrix written into the payload is the matrix that the chip multiplies by",
        refutedBy = "An output that is not the exact integer product, scaled and rounded",
        source = "https://github.com/RingCanary/coral-usb-oxidized, docs/dense_layout_probe.md (identity and shifts,"
                + " measured on a Coral); the others are derived",
        theme = Hypothesis.Theme.ARITHMETIC,
        onSilicon = "identity and shifts seen")
class StructuredMatrices {
    static List<Counterexample> wrongChips() {
        return Counterexample.everyWrongChip();
    }

    static List<Pattern> matrices() {
        return List.of(
                Pattern.constant(0),
                Pattern.identity(),
                Pattern.shift(1),
                Pattern.shift(-1),
                Pattern.diagonal(),
                Pattern.permutation(42));
    }

    @EveryTemplate(with = "matrices")
    void outputsAreTheExactProduct(DenseTemplate template, Pattern matrix, Bench bench, Evidence evidence) {
        multiply(matrix, template, bench, evidence);
    }

    @EveryTemplate(assembled = {512, 1024, 2048, 2688})
    @Tag("large")
    void outputsAreTheExactProductAtLargerSizes(DenseTemplate template, Bench bench, Evidence evidence) {
        for (Pattern matrix : matrices()) {
            multiply(matrix, template, bench, evidence);
        }
    }

    private static void multiply(Pattern matrix, DenseTemplate template, Bench bench, Evidence evidence) {
        DenseTemplate model = template.patched(matrix);
        Inputs inputs = Inputs.of(model);
        List<byte[]> drives = List.of(inputs.ramp(), inputs.alternating(), inputs.random(1), inputs.random(2));
        List<byte[]> answers = bench.run(model, drives);
        for (int i = 0; i < drives.size(); i++) {
            evidence.expect(matrix + ", drive " + i, model, drives.get(i), answers.get(i));
        }
    }
}
