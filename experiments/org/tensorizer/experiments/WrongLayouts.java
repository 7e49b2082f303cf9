package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.harness.Needs;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.template.DenseTemplate;

/*
 * A layout that predicts every probe is worth something only if other layouts fail on the same probes. Here the rivals
 * get their chance: each places a weight where it thinks W[out][in] stands, input `in` is driven, and if the rival is
 * right, output `out` moves.
 *
 * The claim is that each rival is caught, within a few probes, by an output that does not move or moves elsewhere. On a
 * chip where one of them is true it survives, and this experiment is refuted: that is the control, and it is run on
 * emulated chips of that kind by the project's own tests.
 *
 * Alone: mvn test -Dexperiment=WrongLayouts
 */
@Hypothesis(
        value = "Row-major, column-major, [in][out] and other lane widths are not the layout",
        refutedBy = "A rival layout whose weights move the outputs it names in every probe",
        source = "Layouts that peers assumed or tried first; one shipped a bug for [in][out]",
        theme = Hypothesis.Theme.LAYOUT)
class WrongLayouts {
    static List<Counterexample> wrongChips() {
        return List.of(
                Counterexample.chip(ChipParameters::rowMajor),
                Counterexample.chip(chip -> chip.withLanes(8)),
                Counterexample.chip(chip -> chip.withLanes(32)),
                Counterexample.chip(chip -> chip.withInputs(1)),
                Counterexample.chip(chip -> chip.withInputs(8)),
                Counterexample.chip(chip -> chip.withReversedLanes(true)),
                Counterexample.chip(chip -> chip.withLaneFastest(true)));
    }

    private static final int PROBES = 12;

    /** Where a rival thinks that W[out][in] stands, header left out, in a layer of n inputs and m outputs. */
    interface Place {
        int of(int out, int in, int n, int m);
    }

    /** A layout that is not the claimed one. */
    record Rival(String name, Place place) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Rival> rivals() {
        return List.of(
                new Rival("row-major [out][in]", (out, in, n, m) -> out * n + in),
                new Rival("column-major [in][out]", (out, in, n, m) -> in * m + out),
                new Rival("claimed, with out and in exchanged", (out, in, n, m) -> tiled(in, out, n, 64, 4)),
                new Rival("row-major in groups of 64", (out, in, n, m) -> out / 64 * 64 * n + out % 64 * n + in),
                new Rival("8 outputs a tile", (out, in, n, m) -> tiled(out, in, n, 8, 4)),
                new Rival("16 outputs a tile", (out, in, n, m) -> tiled(out, in, n, 16, 4)),
                new Rival("32 outputs a tile", (out, in, n, m) -> tiled(out, in, n, 32, 4)),
                new Rival("1 input a lane", (out, in, n, m) -> tiled(out, in, n, 64, 1)),
                new Rival("2 inputs a lane", (out, in, n, m) -> tiled(out, in, n, 64, 2)),
                new Rival("8 inputs a lane", (out, in, n, m) -> tiled(out, in, n, 64, 8)),
                new Rival("lanes reversed", (out, in, n, m) -> tiled(out / 64 * 64 + 63 - out % 64, in, n, 64, 4)),
                new Rival(
                        "outputs inside, inputs outside",
                        (out, in, n, m) -> out / 64 * 64 * n + in / 4 * 256 + in % 4 * 64 + out % 64));
    }

    /** Groups of 64 outputs, cut into tiles of lanes x inputs: tiles along the inputs first, then along the lanes. */
    private static int tiled(int out, int in, int n, int lanes, int inputs) {
        int group = out / 64 * 64 * n;
        int tile = out % 64 / lanes * lanes * n + in / inputs * inputs * lanes;
        return group + tile + out % lanes * inputs + in % inputs;
    }

    @EveryTemplate(with = "rivals")
    void rivalIsCaught(DenseTemplate template, Rival rival, Bench bench, Evidence evidence) {
        Needs.unclamped(template);
        Needs.wholeBlocks(template);
        DenseLayout layout = template.layout();
        int n = template.shape().inputs();
        int m = template.shape().outputs();
        Random random = new Random(7);
        int probes = 0;
        int draws = 0;

        while (probes < PROBES) {
            assumeTrue(draws++ < 10_000, rival + " is the claimed layout in a layer of this shape");
            int out = random.nextInt(m);
            int in = random.nextInt(n);
            int weight = rival.place.of(out, in, n, m);
            int offset = weight + (weight / (64 * n) + 1) * layout.headerBytes(); // a header stands before each group
            if (offset == layout.offset(out, in)) {
                continue; // here the rival agrees with the claim, so the probe cannot tell them apart
            }
            probes++;
            if (!movesOnly(out, in, offset, template, bench, evidence)) {
                evidence.fact("caught after", probes + (probes == 1 ? " probe" : " probes"));
                evidence.fact("caught by", "W[" + out + "][" + in + "], placed at byte " + offset);
                return;
            }
        }
        throw new AssertionError(rival + " predicted all of " + PROBES + " probes: it may be the layout");
    }

    /** Whether a weight at this offset does what W[out][in] should: the rival's own prediction. */
    private static boolean movesOnly(
            int out, int in, int offset, DenseTemplate template, Bench bench, Evidence evidence) {
        Inputs inputs = Inputs.of(template);
        byte[] drive = inputs.oneHot(in, inputs.strongest());
        DenseTemplate placed = template.patched(Patch.of(Region.weights(), Pattern.constant(0))
                .then(Region.range(offset, offset + 1), Pattern.byteValue(255)));
        byte[] predicted = template.patched(Pattern.singleHot(out, in, 127)).expected(drive);

        byte[] answer = bench.run(placed, drive);

        evidence.observe("rival", "W[" + out + "][" + in + "] at byte " + offset, template, predicted, answer);
        return Arrays.equals(predicted, answer);
    }
}
