package org.tensorizer.experiments;

import java.util.List;
import java.util.stream.Stream;
import org.tensorizer.device.emulator.ChipParameters;
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
 * Where does the weight from input channel `in` to output channel `out` stand? Claim, behind the header of each group:
 *
 *   offset(out, in) = (out / 64) * groupBytes + (in / 4) * 256 + (out % 64) * 4 + in % 4
 *
 * A single weight is set and everything else is 0. Then that weight, and no other, must be what the chip sees: its output
 * moves when its input is driven, no other output moves, and with any other input driven nothing moves at all (that is
 * the control). Whole rows and columns follow: a row moves one output whatever is driven, a column moves all outputs but
 * only for its own input.
 *
 * That the same weight somewhere else would not do is shown in WrongLayouts.
 *
 * Alone: mvn test -Dexperiment=WeightLayout
 */
@Hypothesis(
        value = "W[out][in] stands at (out/64)*groupBytes + header + (in/4)*256 + (out%64)*4 + in%4",
        refutedBy = "A weight, row or column set alone that moves another output, or moves for another input",
        source =
                "https://github.com/RingCanary/coral-usb-oxidized, docs/dense_layout_probe.md; and every byte of compiled"
                        + " models whose weights are known",
        theme = Hypothesis.Theme.LAYOUT,
        onSilicon = "compiled models agree; read from a chip by nobody")
class WeightLayout {
    static List<Counterexample> wrongChips() {
        return List.of(
                Counterexample.chip(chip -> chip.withLanes(16)),
                Counterexample.chip(chip -> chip.withInputs(2)),
                Counterexample.chip(chip -> chip.withLaneFastest(true)),
                Counterexample.chip(chip -> chip.withReversedLanes(true)),
                Counterexample.chip(chip -> chip.withPermutation(1)),
                Counterexample.chip(ChipParameters::rowMajor));
    }

    /** One weight. */
    record Cell(int out, int in) {
        @Override
        public String toString() {
            return "W[" + out + "][" + in + "]";
        }
    }

    /** Corners of lanes, rows, groups and tiles, where a wrong formula shows first. */
    static List<Cell> cells() {
        return List.of(
                new Cell(0, 0),
                new Cell(0, 1),
                new Cell(1, 0),
                new Cell(0, 4),
                new Cell(63, 3),
                new Cell(64, 0),
                new Cell(17, 66),
                new Cell(130, 201),
                new Cell(255, 255));
    }

    static List<Integer> channels() {
        return List.of(0, 3, 64, 127, 255);
    }

    @EveryTemplate(with = "cells")
    void oneWeightMovesItsOutputForItsInputOnly(DenseTemplate template, Cell cell, Bench bench, Evidence evidence) {
        Needs.weight(template, cell.out, Math.max(1, cell.in));
        Inputs inputs = Inputs.of(template);
        int other = cell.in == 0 ? 1 : cell.in - 1;
        DenseTemplate single = template.patched(Pattern.singleHot(cell.out, cell.in, 127));
        byte[] its = inputs.oneHot(cell.in, inputs.strongest());
        byte[] another = inputs.oneHot(other, inputs.strongest());

        List<byte[]> answers = bench.run(single, List.of(its, another));

        evidence.expect(cell + ", its input driven", single, its, answers.get(0));
        evidence.expect(cell + ", input " + other + " driven", single, another, answers.get(1));
    }

    @EveryTemplate(with = "channels")
    void oneRowMovesOneOutput(DenseTemplate template, int out, Bench bench, Evidence evidence) {
        Needs.output(template, out);
        DenseTemplate row = template.patched(
                Patch.of(Region.weights(), Pattern.constant(0)).then(Region.row(out), Pattern.constant(5)));

        expectAll("row " + out, row, bench, evidence);
    }

    @EveryTemplate(with = "channels")
    void oneColumnMovesAllOutputsForOneInput(DenseTemplate template, int in, Bench bench, Evidence evidence) {
        Needs.input(template, in);
        DenseTemplate column = template.patched(
                Patch.of(Region.weights(), Pattern.constant(0)).then(Region.column(in), Pattern.constant(127)));
        Inputs inputs = Inputs.of(template);
        byte[] its = inputs.oneHot(in, inputs.strongest());
        byte[] allButIts = inputs.all(inputs.strongest());
        allButIts[in] = inputs.zeros()[in];

        List<byte[]> answers = bench.run(column, List.of(its, allButIts));

        evidence.expect("column " + in + ", its input driven", column, its, answers.get(0));
        evidence.expect("column " + in + ", all others driven", column, allButIts, answers.get(1));
    }

    private static void expectAll(String probe, DenseTemplate model, Bench bench, Evidence evidence) {
        Inputs inputs = Inputs.of(model);
        List<byte[]> drives = Stream.concat(
                        Stream.of(inputs.zeros(), inputs.ramp(), inputs.alternating()),
                        Stream.of(1L, 2L, 3L).map(inputs::random))
                .toList();
        List<byte[]> answers = bench.run(model, drives);
        for (int i = 0; i < drives.size(); i++) {
            evidence.expect(probe + ", drive " + i, model, drives.get(i), answers.get(i));
        }
    }
}
