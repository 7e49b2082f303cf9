package org.tensorizer.experiments;

import java.util.List;
import org.tensorizer.device.emulator.ChipParameters.WeightCode;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.harness.Needs;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.template.DenseTemplate;

/*
 * How is a weight written as a byte? Claim: byte = weight + 128. So 255 is +127, 128 is 0, 0 is -128.
 *
 * One cell is swept through six bytes, 32 apart, with every other weight at 0 and only this cell's input driven. If the
 * claim holds, its output falls in equal steps, through zero at 128. Two's complement bytes would jump at 128, sign and
 * magnitude would turn around there.
 *
 * The control comes first: with byte 128 in all cells no input moves any output.
 *
 * Alone: mvn test -Dexperiment=PayloadEncoding
 */
@Hypothesis(
        value = "A payload byte is the int8 weight plus 128",
        refutedBy = "A sweep of one byte whose output is not the straight line through zero at 128",
        source = "https://github.com/RingCanary/coral-usb-oxidized, docs/dense_layout_probe.md (measured on a Coral:"
                + " bytes 255, 224, 192, 160, 128, 96 gave 127, 96, 64, 32, 0, -32)",
        theme = Hypothesis.Theme.ENCODING,
        onSilicon = "seen (one cell of Dense 256)")
class PayloadEncoding {
    static List<Counterexample> wrongChips() {
        return List.of(
                Counterexample.chip(chip -> chip.withCode(WeightCode.TWOS_COMPLEMENT)),
                Counterexample.chip(chip -> chip.withCode(WeightCode.SIGN_MAGNITUDE)));
    }

    private static final List<Integer> SWEEP = List.of(255, 224, 192, 160, 128, 96, 32, 1, 0);

    static List<Integer> outputs() {
        return List.of(0, 5, 66);
    }

    @EveryTemplate
    void byte128IsWeightZero(DenseTemplate template, Bench bench, Evidence evidence) {
        DenseTemplate silent = template.patched(Patch.of(Region.weights(), Pattern.byteValue(128)));
        Inputs inputs = Inputs.of(template);

        for (byte[] input : List.of(inputs.all(inputs.max()), inputs.all(inputs.min()), inputs.random(2))) {
            evidence.expect("all bytes 128", silent, input, bench.run(silent, input));
        }
    }

    @EveryTemplate(with = "outputs")
    void outputFollowsTheByteInAStraightLine(DenseTemplate template, int out, Bench bench, Evidence evidence) {
        int in = out + 1;
        Needs.weight(template, out, in);
        Inputs inputs = Inputs.of(template);
        byte[] drive = inputs.oneHot(in, inputs.strongest());
        StringBuilder line = new StringBuilder("byte,weight,output\n");

        for (int value : SWEEP) {
            DenseTemplate swept = template.patched(Patch.of(Region.weights(), Pattern.constant(0))
                    .then(Region.cell(out, in), Pattern.byteValue(value)));
            byte[] answer = bench.run(swept, drive);
            evidence.expect("byte " + value + " at W[" + out + "][" + in + "]", swept, drive, answer);
            line.append(value)
                    .append(',')
                    .append(value - 128)
                    .append(',')
                    .append(answer[out])
                    .append('\n');
        }
        evidence.table("output over byte", line.toString());
    }
}
