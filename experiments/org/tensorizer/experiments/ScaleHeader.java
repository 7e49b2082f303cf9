package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.harness.Needs;
import org.tensorizer.layout.ByteRole;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.template.DenseTemplate;

/*
 * Per-channel templates have a header in front of each group of 64 outputs: a float32 scale and a uint32 zero point for
 * every output channel. If that is what the header is, halving scale[c] halves output c and changes no other output, and
 * raising zero point[c] by one lowers every weight of row c by one.
 *
 * The control is the template as it is, which must answer as predicted before anything is changed.
 *
 * Nobody has done this on a chip yet; it is the second thing to try on a Coral.
 *
 * Alone: mvn test -Dexperiment=ScaleHeader
 */
@Hypothesis(
        value = "In a per-channel payload, scale[c] and zero point[c] of the header act on output c alone",
        refutedBy = "Another output that moves, or output c that does not become the predicted half",
        source =
                "Derived: scales bit-exact on all channels of real templates and 276 further layers; not observed on a chip",
        theme = Hypothesis.Theme.ENCODING,
        onSilicon = "never observed; the second thing to do on a Coral")
class ScaleHeader {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.keepsItsFirstWeights());
    }

    static List<Integer> channels() {
        return List.of(0, 63, 64, 200);
    }

    @EveryTemplate
    void theTemplateAnswersAsPredicted(DenseTemplate template, Bench bench, Evidence evidence) {
        requireScales(template);
        byte[] input = Inputs.of(template).random(3);

        evidence.expect("as it is", template, input, bench.run(template, input));
    }

    @EveryTemplate(with = "channels")
    void halvingAScaleHalvesItsOutput(DenseTemplate template, int channel, Bench bench, Evidence evidence) {
        requireScales(template);
        Needs.output(template, channel);
        byte[] payload = payload(template);
        float scale = template.layout().header().scale(payload, 0, channel);
        DenseTemplate halved =
                template.patched(word(template, new ByteRole.Scale(channel, 0), Float.floatToIntBits(scale / 2)));
        byte[] input = Inputs.of(template).random(3);

        byte[] before = bench.run(template, input);
        byte[] after = bench.run(halved, input);

        evidence.fact("scale before", scale);
        evidence.fact("scale after", scale / 2);
        evidence.fact("output " + channel + " before and after", before[channel] + ", " + after[channel]);
        evidence.expect("scale[" + channel + "] halved", halved, input, after);
    }

    @EveryTemplate(with = "channels")
    void raisingAZeroPointLowersAllWeightsOfItsRow(
            DenseTemplate template, int channel, Bench bench, Evidence evidence) {
        requireScales(template);
        Needs.output(template, channel);
        DenseTemplate raised = template.patched(word(template, new ByteRole.ZeroPoint(channel, 0), 129));
        Inputs inputs = Inputs.of(template);
        byte[] input = inputs.all(inputs.strongest());

        evidence.expect("zero point[" + channel + "] = 129", raised, input, bench.run(raised, input));
    }

    private static void requireScales(DenseTemplate template) {
        assumeTrue(
                template.layout().header().hasScales(),
                "this template has one scale for all outputs, in its instructions: there is no header to change");
    }

    private static byte[] payload(DenseTemplate template) {
        return template.model().copy(template.payload());
    }

    /** Writes four bytes, little-endian, where the first of them has this role. */
    private static Patch word(DenseTemplate template, ByteRole first, int bits) {
        DenseLayout layout = template.layout();
        int offset = 0;
        while (!layout.role(offset).equals(first)) {
            offset++;
        }
        byte[] bytes = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bits)
                .array();
        return Patch.of(Region.range(offset, offset + 4), Pattern.bytes(bytes));
    }
}
