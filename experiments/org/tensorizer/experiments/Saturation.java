package org.tensorizer.experiments;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.emulator.ChipParameters.WeightCode;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.patch.Pattern;
import org.tensorizer.template.DenseTemplate;

/*
 * What happens when a sum does not fit into eight bits? Claim: the accumulator is wide, the output is clamped to the ends
 * of its range, and nothing wraps around.
 *
 * All weights have one value and ever more inputs are driven, so that the sum climbs in equal steps past the end of the
 * range. The output must climb with it, reach the end, and stay there. Once upwards, once downwards.
 *
 * The control is the first step: with no input driven every output stands at its zero point.
 *
 * Alone: mvn test -Dexperiment=Saturation
 */
@Hypothesis(
        value = "Outputs saturate at both ends of their range and never wrap",
        refutedBy = "An output past the end of the range that is not the end itself",
        source = "https://github.com/RingCanary/coral-usb-oxidized, docs/tensorizer_dense_template.md (zero pattern on"
                + " the identity template gave 127 nearly everywhere, measured on a Coral)",
        theme = Hypothesis.Theme.ARITHMETIC,
        onSilicon = "upper end seen (Dense 256)")
class Saturation {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.clampsOneTooEarly(),
                Counterexample.chip(chip -> chip.withCode(WeightCode.TWOS_COMPLEMENT)));
    }

    static List<Integer> weights() {
        return List.of(127, -128);
    }

    @EveryTemplate(with = "weights")
    void outputClimbsToTheEndAndStays(DenseTemplate template, int weight, Bench bench, Evidence evidence) {
        DenseTemplate model = template.patched(Pattern.constant(weight));
        List<byte[]> drives = climb(Inputs.of(model), model.shape().inputs());

        List<byte[]> answers = bench.run(model, drives);

        for (int i = 0; i < drives.size(); i++) {
            evidence.expect("weights " + weight + ", step " + i, model, drives.get(i), answers.get(i));
        }
        byte last = answers.get(answers.size() - 1)[0];
        byte before = answers.get(answers.size() - 2)[0];
        evidence.fact("output at the end", last);
        if (last != before) {
            throw new AssertionError(
                    "the last two steps still differ (" + before + ", " + last + "): no end was reached");
        }
    }

    /** 0, 1, 2, 3, 4, 6, 8, 12, ... inputs driven, up to all. */
    private static List<byte[]> climb(Inputs inputs, int n) {
        byte[] driven = inputs.all(inputs.strongest());
        List<byte[]> drives = new ArrayList<>();
        for (int count = 0; count < n; count = count < 4 ? count + 1 : count + count / 2) {
            byte[] drive = inputs.zeros();
            System.arraycopy(driven, 0, drive, 0, count);
            drives.add(drive);
        }
        drives.add(driven);
        return drives;
    }
}
