package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.patch.TokenPolicy;
import org.tensorizer.template.DenseTemplate;

/*
 * A trap that makes wrong experiments look right: the runtime sends a model's weights to the chip only if the chip does
 * not hold their token already. Two weight sets under one token, both loaded: run A, run B, run A again, and the third
 * answer is B's, with every call reporting success.
 *
 * This is why every patch of this project gets a fresh token. Both halves are tested: with fresh tokens the third answer
 * is A's; with one token it is B's. The second half is about a device that caches; on one that sends the weights with
 * each inference it is refuted, and that is worth knowing too.
 *
 * Nobody has run A, B, A on a chip yet; it is the first thing to try on a Coral.
 *
 * Alone: mvn test -Dexperiment=TokenTrap
 */
@Hypothesis(
        value =
                "Under one parameter-caching token A, B, A answers with B's weights the third time; fresh tokens prevent it",
        refutedBy = "A third answer that is not B's under one token, or not A's under fresh ones",
        source = "Observed on the unmodified libedgetpu with an emulated USB device; not yet on a chip",
        theme = Hypothesis.Theme.TOKENS,
        onSilicon = "never observed; the first thing to do on a Coral. Seen on libedgetpu without a chip")
class TokenTrap {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.device(
                        "sends weights each time", () -> new EmulatorDevice(ChipParameters.EDGE_TPU, false)),
                Counterexample.keepsItsFirstWeights());
    }

    @EveryTemplate
    void freshTokensKeepTheWeightsApart(DenseTemplate template, Bench bench, Evidence evidence) {
        DenseTemplate a = weights(template, 1, TokenPolicy.FRESH);
        DenseTemplate b = weights(template, 2, TokenPolicy.FRESH);

        List<byte[]> answers = runAba(a, b, bench);

        evidence.expect("A", a, drive(a), answers.get(0));
        evidence.expect("B", b, drive(b), answers.get(1));
        evidence.expect("A again", a, drive(a), answers.get(2));
    }

    @EveryTemplate
    void oneTokenGivesTheOthersWeights(DenseTemplate template, Bench bench, Evidence evidence) {
        assumeTrue(
                bench.device().goesByTokens(),
                "this driver compares parameters, not tokens: the trap is libedgetpu's (-Dtensorizer.device=coral)");
        TokenPolicy one = TokenPolicy.explicit(TokenPolicy.Fresh.next()); // one for both, not seen by the device before
        DenseTemplate a = weights(template, 1, one);
        DenseTemplate b = weights(template, 2, one);

        List<byte[]> answers = runAba(a, b, bench.allowingTokenReuse());

        evidence.expect("A", a, drive(a), answers.get(0));
        evidence.expect("B", b, drive(b), answers.get(1));
        evidence.expect("A again, answered with the weights of B", b, drive(a), answers.get(2));
    }

    private static DenseTemplate weights(DenseTemplate template, long seed, TokenPolicy token) {
        return template.patched(Patch.of(Region.weights(), Pattern.random(seed)).withToken(token));
    }

    private static byte[] drive(DenseTemplate model) {
        return Inputs.of(model).random(5);
    }

    /** Both stay loaded throughout, as two users of one chip would have them. */
    private static List<byte[]> runAba(DenseTemplate a, DenseTemplate b, Bench bench) {
        assumeFalse(
                Arrays.equals(a.expected(drive(a)), b.expected(drive(b))),
                "this template answers the same with other weights, so whose they are cannot be told");
        List<byte[]> answers = new ArrayList<>();
        try (Session sessionA = bench.open(a);
                Session sessionB = bench.open(b)) {
            answers.add(sessionA.run(drive(a)));
            answers.add(sessionB.run(drive(b)));
            answers.add(sessionA.run(drive(a)));
        }
        return answers;
    }
}
