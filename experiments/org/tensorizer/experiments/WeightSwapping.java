package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.tensorizer.device.Device;
import org.tensorizer.device.ForwardingDevice;
import org.tensorizer.device.ForwardingSession.SwappingSession;
import org.tensorizer.device.Session;
import org.tensorizer.device.WeightSwap;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.patch.TokenPolicy;
import org.tensorizer.template.DenseTemplate;

/*
 * To give a chip other weights, libedgetpu needs another model and a fresh token. The chip needs neither: the
 * PARAMETER_CACHING program, a payload and the event that ends it are all there is to a new set of weights. So a session
 * that goes on with another payload must answer as a model that was compiled with it.
 *
 * The control is that the weights make a difference at all. The trap is the token: two sessions whose models have one token,
 * each with a payload of its own, in turn. If the token played a part, one would answer with the weights of the other, as
 * libedgetpu does (TokenTrap).
 *
 * Not applicable where sessions cannot exchange weights, as behind libedgetpu.
 *
 * Alone: mvn test -Dexperiment=WeightSwapping
 */
@Hypothesis(
        value = "A session that was given another payload answers as a model loaded with it, whatever its token",
        refutedBy =
                "An output after the exchange that is not the loaded model's, or is that of another session's payload",
        source =
                "Derived from the transfers of the real library: a load is instructions, payload and event, nothing else",
        theme = Hypothesis.Theme.TOKENS,
        onSilicon = "never observed")
class WeightSwapping {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.device(
                        "keeps its weights when it is given others", () -> new OtherSwaps((swap, payload) -> {})),
                Counterexample.device(
                        "takes the first half of a payload only",
                        () -> new OtherSwaps((swap, payload) -> {
                            ByteBuffer half = ByteBuffer.allocate(payload.remaining());
                            half.put(0, payload, payload.position(), payload.remaining() / 2);
                            swap.swap(half);
                        })));
    }

    /** An emulated Edge TPU that does something else with a payload. */
    private static final class OtherSwaps extends ForwardingDevice {
        private interface Other {
            void swap(WeightSwap swap, ByteBuffer payload);
        }

        private final Other other;

        OtherSwaps(Other other) {
            super(new EmulatorDevice());
            this.other = other;
        }

        @Override
        public Device allowingTokenReuse() {
            return this;
        }

        @Override
        public Session open(TfliteModel model) {
            Session session = super.open(model);
            WeightSwap swap = session.weightSwap().orElseThrow();
            return new SwappingSession(session, new WeightSwap() {
                @Override
                public int payloadBytes() {
                    return swap.payloadBytes();
                }

                @Override
                public void swap(ByteBuffer payload) {
                    other.swap(swap, payload);
                }
            });
        }
    }

    @EveryTemplate
    void swapEqualsReload(DenseTemplate template, Bench bench, Evidence evidence) {
        DenseTemplate a = weights(template, 1, TokenPolicy.FRESH);
        DenseTemplate b = weights(template, 2, TokenPolicy.FRESH);
        byte[] input = Inputs.of(template).random(5);
        requireDifference(a, b, input);

        try (Session session = bench.open(a)) {
            WeightSwap swap = swap(session);
            evidence.expect("A as it was loaded", a, input, session.run(input));
            swap.swap(payload(b));
            byte[] swapped = session.run(input);
            evidence.expect("B, swapped", b, input, swapped);
            evidence.expectSame("B, swapped and loaded", b, bench.run(b, input), swapped);
            swap.swap(payload(a));
            evidence.expect("A, swapped", a, input, session.run(input));
        }
    }

    @EveryTemplate
    void theTokenPlaysNoPart(DenseTemplate template, Bench bench, Evidence evidence) {
        TokenPolicy one = TokenPolicy.explicit(TokenPolicy.Fresh.next());
        DenseTemplate a = weights(template, 3, one);
        DenseTemplate b = weights(template, 4, one);
        byte[] input = Inputs.of(template).random(6);
        requireDifference(a, b, input);

        Bench reusing = bench.allowingTokenReuse();
        try (Session first = reusing.open(a);
                Session second = reusing.open(a)) {
            swap(second).swap(payload(b));
            swap(first).swap(payload(a));
            for (int turn = 0; turn < 2; turn++) {
                evidence.expect("A, turn " + turn, a, input, first.run(input));
                evidence.expect("B, turn " + turn, b, input, second.run(input));
            }
        }
    }

    private static DenseTemplate weights(DenseTemplate template, long seed, TokenPolicy token) {
        return template.patched(Patch.of(Region.weights(), Pattern.random(seed)).withToken(token));
    }

    private static ByteBuffer payload(DenseTemplate template) {
        return template.model().bytes(template.payload());
    }

    private static WeightSwap swap(Session session) {
        Assumptions.assumeTrue(
                session.weightSwap().isPresent(), "the sessions of this device cannot exchange their weights");
        return session.weightSwap().get();
    }

    private static void requireDifference(DenseTemplate a, DenseTemplate b, byte[] input) {
        assumeFalse(
                Arrays.equals(a.expected(input), b.expected(input)),
                "this template answers the same with other weights, so whose they are cannot be told");
    }
}
