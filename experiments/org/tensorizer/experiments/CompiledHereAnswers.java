package org.tensorizer.experiments;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.tools.CompiledCheck;

/*
 * Does our compiler understand a network? A source is compiled here and executed; TFLite runs the source on the CPU, on the
 * same inputs. TFLite requantizes in fixed point with two roundings, the chip in float32: a few outputs may be a step apart,
 * and layers behind carry that on.
 *
 * Networks of the repository's own come with convolutions, sums, maxima, means, fully connected layers and softmax. Of the
 * models of the run those are taken that have their source beside them, NAME.tflite for NAME_edgetpu.tflite: the source is
 * compiled anew, the file of the other compiler is left alone.
 *
 * Alone: mvn test -Dexperiment=CompiledHereAnswers -Dtensorizer.templates=DIR
 */
@Hypothesis(
        value = "A network compiled here answers as its source",
        refutedBy =
                "An output further away than a step for each operator, 15 at most, and one more; or more than half of"
                        + " the outputs that differ",
        source = "Derived: 300 seeded networks equal an independent reference in every byte on the emulator",
        theme = Hypothesis.Theme.NETWORKS,
        onSilicon = "never observed")
class CompiledHereAnswers {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.chip(chip -> chip.withLanes(16)),
                Counterexample.answersTheSame(),
                Counterexample.answers("is three steps off", () -> output -> {
                    output[7] += 3;
                    return output;
                }));
    }

    private static final int RUNS = 4;

    /** Beyond so many operators a step of one layer no longer adds to those of all others. */
    private static final int MOST_OPERATORS = 15;

    static List<SmallNetwork> networks() {
        return List.of(
                SmallNetwork.convolution(11, false),
                SmallNetwork.convolution(12, true),
                SmallNetwork.classifier(13),
                SmallNetwork.residual(14));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void networksMadeHere(SmallNetwork network, Bench bench, Evidence evidence) {
        compare(network.source(), network.compiled(), bench, evidence);
    }

    @EveryTemplate
    void sourcesBesideTheModelsOfTheRun(TfliteModel model, Bench bench, Evidence evidence) {
        TfliteModel source = CompiledNetwork.sourceBeside(model);
        compare(source, CompiledNetwork.compiledHere(source), bench, evidence);
    }

    private static void compare(TfliteModel source, TfliteModel compiled, Bench bench, Evidence evidence) {
        CompiledCheck check;
        try (CpuDevice cpu = new CpuDevice()) {
            check = CompiledCheck.run(bench.device(), compiled, cpu, source, CompiledCheck.random(RUNS, 1));
        }
        evidence.fact("outputs compared", check.numbers());
        evidence.fact("outputs that differ", check.differing());
        evidence.fact("largest difference in steps", check.largest());
        int steps = 1 + Math.min(MOST_OPERATORS, source.operators().size());
        if (check.largest() > steps || 2 * check.differing() > check.numbers()) {
            throw new AssertionError(check.differing() + " of " + check.numbers() + " outputs differ, by up to "
                    + check.largest() + " steps");
        }
    }
}
