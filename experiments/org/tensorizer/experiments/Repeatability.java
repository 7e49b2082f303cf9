package org.tensorizer.experiments;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.patch.Pattern;
import org.tensorizer.template.DenseTemplate;

/*
 * Every other experiment runs a probe once and believes the answer. That is only fair if the answer is always the same:
 * 500 runs of one model with one input, every output bit compared with the first.
 *
 * The control is a second input between two halves: the answer must change with it and come back.
 *
 * Alone: mvn test -Dexperiment=Repeatability
 */
@Hypothesis(
        value = "The same model and input give the same output, bit for bit, 500 times",
        refutedBy = "One bit of one output that differs in one of the runs",
        source = "Assumed by everybody; a fixed-point engine without data-dependent scheduling has no reason to differ",
        theme = Hypothesis.Theme.ARITHMETIC,
        askedAgain = false,
        onSilicon = "not published")
class Repeatability {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.flickers(97), Counterexample.answersTheSame());
    }

    private static final int RUNS = 500;

    @EveryTemplate
    void fiveHundredRunsAreBitEqual(DenseTemplate template, Bench bench, Evidence evidence) {
        byte[] input = Inputs.of(template).random(5);

        byte[] first = bench.run(template, input);
        int run = 1;
        for (byte[] again : bench.run(template, Collections.nCopies(RUNS - 1, input))) {
            run++;
            evidence.expectSame("run " + run, template, first, again);
        }
        evidence.fact("runs", run);
    }

    @EveryTemplate
    void theAnswerFollowsTheInputAndComesBack(DenseTemplate template, Bench bench, Evidence evidence) {
        DenseTemplate identity = template.patched(Pattern.identity());
        byte[] one = Inputs.of(identity).random(5);
        byte[] two = Inputs.of(identity).random(6);

        var answers = bench.run(identity, Arrays.asList(one, two, one));

        evidence.expect("first input", identity, one, answers.get(0));
        evidence.expect("second input", identity, two, answers.get(1));
        evidence.expect("first input again", identity, one, answers.get(2));
        if (Arrays.equals(answers.get(0), answers.get(1))) {
            throw new AssertionError("two inputs, one answer: the device does not look at its input");
        }
    }
}
