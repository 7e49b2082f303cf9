package org.tensorizer.experiments;

import java.util.Arrays;
import java.util.List;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.PatchRecord;
import org.tensorizer.patch.PatchedModel;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.template.DenseTemplate;

/*
 * The first question of all: does the chip compute with the bytes we take for the payload?
 *
 * Three blunt patterns are written over all weights and the model is run again. If the bytes are what the chip computes
 * with, the outputs change; if the runtime checks them, the model is refused; if the chip has weights of its own (old
 * ones, cached ones), nothing happens.
 *
 * The control is the same procedure with a pattern that changes nothing: xor with 0. A procedure that always finds a
 * change would find one there.
 *
 * Alone: mvn test -Dexperiment=PayloadIsConsumed
 */
@Hypothesis(
        value = "The chip computes with the payload bytes, and nothing checks them",
        refutedBy = "Outputs that stay the same under another payload, a patched model that is refused, or outputs that"
                + " differ from run to run",
        source = "https://github.com/RingCanary/coral-usb-oxidized, docs/tensorizer_mvp.md (measured on a Coral)",
        theme = Hypothesis.Theme.ENCODING,
        onSilicon = "seen (mobilenet, Dense 256)")
class PayloadIsConsumed {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.keepsItsFirstWeights(), Counterexample.flickers(2));
    }

    static List<Pattern> patterns() {
        return List.of(Pattern.zero(), Pattern.ramp(), Pattern.xor(255));
    }

    @EveryTemplate(with = "patterns")
    void anotherPayloadGivesOtherOutputs(DenseTemplate template, Pattern pattern, Bench bench, Evidence evidence) {
        byte[] input = Inputs.of(template).random(1);
        DenseTemplate patched = template.patched(Patch.of(Region.weights(), pattern));

        byte[] before = bench.run(template, input);
        byte[] after = bench.run(patched, input);

        evidence.observe("original", pattern.toString(), template, before, after);
        if (Arrays.equals(before, after)) {
            throw new AssertionError("weights overwritten with " + pattern + " and every output is as before");
        }
    }

    @EveryTemplate
    void rewritingTheSameBytesChangesNothing(DenseTemplate template, Bench bench, Evidence evidence) {
        byte[] input = Inputs.of(template).random(1);
        DenseTemplate same = template.patched(Patch.of(Region.payload(), Pattern.xor(0)));

        evidence.expectSame("xor with 0", template, bench.run(template, input), bench.run(same, input));
    }

    @EveryTemplate(with = "patterns")
    void everyByteOutsideTheWeightsIsAsItWas(DenseTemplate template, Pattern pattern, Evidence evidence) {
        Patch patch = Patch.of(Region.weights(), pattern);
        PatchRecord record = PatchedModel.of(template.target(), patch).record(); // compares every other byte, or throws

        evidence.fact("payload bytes changed", record.payloadBytesChanged());
        evidence.fact("bytes outside weights and tokens, compared and unchanged", record.bytesCompared());
        evidence.fact("SHA-256 before", record.inputSha256());
        evidence.fact("SHA-256 after", record.outputSha256());
    }

    @EveryTemplate(with = "patterns")
    void repeatedRunsAreBitEqual(DenseTemplate template, Pattern pattern, Bench bench, Evidence evidence) {
        byte[] input = Inputs.of(template).random(1);
        DenseTemplate patched = template.patched(Patch.of(Region.weights(), pattern));

        byte[] first = bench.run(patched, input);
        for (byte[] again : bench.run(patched, List.of(input, input, input))) {
            evidence.expectSame(pattern + " again", patched, first, again);
        }
    }
}
