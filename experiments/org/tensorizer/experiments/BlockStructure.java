package org.tensorizer.experiments;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.harness.LinePlot;
import org.tensorizer.harness.Needs;
import org.tensorizer.layout.ByteRole;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.picture.Lifelines;
import org.tensorizer.recovery.RivalTournament;
import org.tensorizer.recovery.RivalTournament.CellProbe;
import org.tensorizer.recovery.RivalTournament.Outcome;
import org.tensorizer.recovery.RivalTournament.Rival;
import org.tensorizer.recovery.RivalTournament.Step;
import org.tensorizer.template.DenseTemplate;

/*
 * What does one step in the payload mean? Read out instead of assumed: a single byte is set, and the device is asked which
 * output it belongs to (the one that moves with all inputs driven) and which input (by driving the inputs whose number has
 * bit 0 set, then bit 1, and so on: each answer is one bit of the input's number).
 *
 * Steps of 1, 2, 4, ... bytes from the first weight on show the structure one digit at a time. The claim says: bytes 0..3
 * are four inputs, then 64 outputs of four bytes each, then the next four inputs, and after all inputs the next 64
 * outputs.
 *
 * A second way asks for the same with fewer probes. Some seventy blockings (other numbers of lanes and inputs, other orders,
 * axes exchanged) each predict which output a changed byte moves, or that none moves. The next probe is always the one that
 * divides those still alive most evenly, and who is left must stand three more that would refute most others.
 *
 * The control is the sum of the bits: the inputs with bit k set and those without it must add up to the answer with all
 * inputs driven, or the reading of that byte is not believed.
 *
 * Alone: mvn test -Dexperiment=BlockStructure
 */
@Hypothesis(
        value = "Weights come in blocks of 64 outputs by 4 inputs, inputs innermost",
        refutedBy = "A byte that belongs to another output or input than its place in such a block says",
        source = "Derived from every byte of compiled 256, 512 and 1024 models; not yet read from a chip by anyone",
        theme = Hypothesis.Theme.LAYOUT)
class BlockStructure {
    static List<Counterexample> wrongChips() {
        return List.of(
                Counterexample.chip(chip -> chip.withLanes(8)),
                Counterexample.chip(chip -> chip.withLanes(16)),
                Counterexample.chip(chip -> chip.withLanes(32)),
                Counterexample.chip(chip -> chip.withInputs(8)),
                Counterexample.chip(chip -> chip.withLaneFastest(true)),
                Counterexample.chip(ChipParameters::rowMajor));
    }

    /** Probes that the tournament may choose from. */
    private static final int CANDIDATES = 600;

    private static final int SHOWN = 24;

    /** What a byte turned out to be. */
    private record Reading(int out, int in) {}

    @EveryTemplate
    void eachStepLeadsToTheOutputAndInputOfABlock(DenseTemplate template, Bench bench, Evidence evidence) {
        Needs.unclamped(template);
        int first = template.layout().offset(0, 0);
        StringBuilder table = new StringBuilder("step,offset,out expected,in expected,out read,in read\n");
        List<Integer> expected = new ArrayList<>();
        List<Integer> read = new ArrayList<>();

        for (int step = 1; first + step < template.layout().size(); step *= 2) {
            int offset = first + step;
            if (template.layout().role(offset) instanceof ByteRole.Weight claimed) {
                Reading found = read(offset, template, bench);
                table.append(String.format(
                        "%d,%d,%d,%d,%d,%d%n", step, offset, claimed.out(), claimed.in(), found.out, found.in));
                expected.addAll(List.of(claimed.out(), claimed.in()));
                read.addAll(List.of(found.out, found.in));
            }
        }
        evidence.table("what each step leads to", table.toString());
        evidence.fact("columns of the picture", "output and input by turns, for steps of 1, 2, 4, ... bytes");
        evidence.expect("output and input behind each step", numbers(expected), numbers(read));
    }

    @EveryTemplate
    void everyOtherBlockingIsRefuted(DenseTemplate template, Bench bench, Evidence evidence) {
        DenseShape shape = template.shape();
        Needs.unclamped(template);
        Needs.wholeBlocks(template);
        List<Blocking> blockings = Blocking.all(shape);
        List<Rival<CellProbe, Integer>> rivals = blockings.stream()
                .map(blocking -> new Rival<CellProbe, Integer>(
                        blocking.toString(), probe -> blocking.predict(probe, template.layout())))
                .toList();
        RivalTournament<CellProbe, Integer> tournament =
                new RivalTournament<>(rivals, Blocking.probes(blockings, template.layout(), CANDIDATES));

        Outcome<CellProbe, Integer> outcome = tournament.run(probe -> ask(probe, template, bench));

        evidence.fact("rivals", rivals.size());
        evidence.fact("outcome", outcome);
        for (Step<CellProbe, Integer> step : outcome.steps()) {
            evidence.fact(step.probe().toString(), moved(step.answer()) + ", " + step.alive() + " rivals left");
        }
        progress(rivals.size(), outcome).draw().ifPresent(image -> evidence.picture("rivals over probes", image));
        evidence.picture(
                "the rivals that lived longest", lifelines(rivals, outcome).draw());
        if (!outcome.survivors().equals(List.of(Blocking.claimed(shape).toString()))) {
            throw new AssertionError(outcome.toString());
        }
    }

    private static String moved(int output) {
        return output >= 0 ? "moves output " + output : output == CellProbe.NONE ? "moves none" : "moves several";
    }

    private static LinePlot progress(int rivals, Outcome<CellProbe, Integer> outcome) {
        List<Integer> probes = new ArrayList<>(List.of(0));
        List<Integer> alive = new ArrayList<>(List.of(rivals));
        for (Step<CellProbe, Integer> step : outcome.steps()) {
            probes.add(probes.size());
            alive.add(step.alive());
        }
        return new LinePlot(
                "Rival blockings still alive",
                "probes asked",
                "rivals",
                List.of(new LinePlot.Line("alive", probes, alive)));
    }

    private static Lifelines lifelines(List<Rival<CellProbe, Integer>> rivals, Outcome<CellProbe, Integer> outcome) {
        List<Lifelines.Line> lines = new ArrayList<>();
        for (Rival<CellProbe, Integer> rival : rivals) {
            int ended = Lifelines.SURVIVED;
            for (int step = outcome.probes(); step > 0; step--) {
                ended = outcome.steps().get(step - 1).refuted().contains(rival.name()) ? step : ended;
            }
            lines.add(new Lifelines.Line(rival.name(), ended));
        }
        lines.sort(Comparator.comparingInt(
                line -> line.ended() == Lifelines.SURVIVED ? Integer.MIN_VALUE : -line.ended()));
        List<Lifelines.Line> longest = lines.subList(0, Math.min(SHOWN, lines.size()));
        return new Lifelines(
                "the " + longest.size() + " of " + rivals.size()
                        + " rivals that lived longest, and the probe that ended each",
                outcome.probes(),
                longest);
    }

    /** Which output moves when one byte is changed among weights of 0 and one input is driven. */
    private static int ask(CellProbe probe, DenseTemplate template, Bench bench) {
        Patch zeros = Patch.of(Region.weights(), Pattern.constant(0));
        Region one = Region.range(probe.offset(), probe.offset() + 1);
        Inputs inputs = Inputs.of(template);
        byte[] drive = inputs.oneHot(probe.in(), inputs.strongest());
        byte[] before = bench.run(template.patched(zeros), drive);
        byte[] after = bench.run(template.patched(zeros.then(one, Pattern.byteValue(255))), drive);
        int moved = CellProbe.NONE;
        for (int out = 0; out < before.length; out++) {
            if (before[out] != after[out]) {
                moved = moved == CellProbe.NONE ? out : CellProbe.SEVERAL;
            }
        }
        return moved;
    }

    private static Reading read(int offset, DenseTemplate template, Bench bench) {
        DenseTemplate single = template.patched(Patch.of(Region.weights(), Pattern.constant(0))
                .then(Region.range(offset, offset + 1), Pattern.byteValue(255)));
        Inputs inputs = Inputs.of(template);
        int n = template.shape().inputs();
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(n - 1);
        List<byte[]> drives = new ArrayList<>(List.of(inputs.zeros(), inputs.all(inputs.strongest())));
        for (int bit = 0; bit < bits; bit++) {
            drives.add(withBit(bit, true, n, inputs));
            drives.add(withBit(bit, false, n, inputs));
        }

        List<byte[]> answers = bench.run(single, drives);
        int out = moved(answers.get(0), answers.get(1));
        if (out < 0) {
            return new Reading(-1, -1);
        }
        int in = 0;
        for (int bit = 0; bit < bits; bit++) {
            boolean with = answers.get(2 + 2 * bit)[out] != answers.get(0)[out];
            boolean without = answers.get(3 + 2 * bit)[out] != answers.get(0)[out];
            if (with == without) {
                return new Reading(out, -1); // both halves move it, or neither: not one input's weight
            }
            in |= with ? 1 << bit : 0;
        }
        return new Reading(out, in);
    }

    private static byte[] withBit(int bit, boolean set, int n, Inputs inputs) {
        byte[] input = inputs.zeros();
        byte[] driven = inputs.all(inputs.strongest());
        for (int i = 0; i < n; i++) {
            if ((i >> bit & 1) == (set ? 1 : 0)) {
                input[i] = driven[i];
            }
        }
        return input;
    }

    /** The one output that differs, -1 if none or several do. */
    private static int moved(byte[] before, byte[] after) {
        int moved = -1;
        for (int out = 0; out < before.length; out++) {
            if (before[out] != after[out]) {
                if (moved >= 0) {
                    return -1;
                }
                moved = out;
            }
        }
        return moved;
    }

    private static int[] numbers(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
