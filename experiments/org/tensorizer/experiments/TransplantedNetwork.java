package org.tensorizer.experiments;

import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.transplant.Transplant;
import org.tensorizer.patch.TokenPolicy;

/*
 * A network is compiled once, here. Then another training of the same architecture, with other weights, biases, scales and zero
 * points, is written into the compiled file without any compiler. Payload and instructions
 * must be those of the new source compiled, and the device must answer as TFLite answers on it.
 *
 * TFLite requantizes in fixed point with two roundings, the chip in float32: some outputs may be one step apart, no output
 * more than two. The control is the old network on the same input: it must answer differently, or nothing was shown.
 *
 * Alone: mvn test -Dexperiment=TransplantedNetwork
 */
@Hypothesis(
        value = "A network with transplanted weights answers as its new source does on the CPU",
        refutedBy =
                "Outputs that differ by more than two steps, more of them than rounding explains, or the answers of the"
                        + " network that was compiled",
        source = "derived from pairs of compiled checkpoints, which differ in these bytes only",
        theme = Hypothesis.Theme.NETWORKS,
        onSilicon = "not published")
class TransplantedNetwork {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.keepsItsFirstWeights(),
                Counterexample.answersTheSame(),
                Counterexample.answers("is three steps off", () -> output -> {
                    output[7] += 3;
                    return output;
                }));
    }

    private static final int INPUTS = 20;

    static List<Arguments> kinds() {
        return List.of(
                Arguments.of("convolution, one scale", 0.02, kind(seed -> SmallNetwork.convolution(seed, false))),
                Arguments.of(
                        "convolution, scales by channel", 0.02, kind(seed -> SmallNetwork.convolution(seed, true))),
                Arguments.of("classifier", 0.4, kind(SmallNetwork::classifier)));
    }

    private static LongFunction<SmallNetwork> kind(LongFunction<SmallNetwork> kind) {
        return kind;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void answersAsItsNewSource(
            String name, double share, LongFunction<SmallNetwork> kind, Bench bench, Evidence evidence) {
        SmallNetwork compiled = kind.apply(1);
        SmallNetwork other = kind.apply(2);
        byte[] transplanted = Transplant.of(
                        Network.of(compiled.compiled()), SourceGraph.of(other.source()), Optional.empty())
                .write(TokenPolicy.Fresh.next())
                .bytes();
        TfliteModel model = TfliteModel.parse(compiled.compiled().name(), transplanted);
        int others = LiftedIntoAnother.differing(model, other.compiled());
        evidence.fact("bytes of payload and instructions that compiling the new source would make otherwise", others);
        if (others != 0) {
            throw new AssertionError(others + " bytes are not those of the new source compiled");
        }
        int outputs = model.subgraphs().get(0).tensors().get(model.outputs().get(0)).shape().stream()
                .reduce(1, Math::multiplyExact);

        byte[] before = answer(bench, compiled.compiled(), outputs, SmallNetwork.input(0));
        int same = 0;
        try (Device cpu = Devices.open(DeviceChoice.CPU);
                Session source = cpu.open(other.source());
                Session device = bench.open(model, outputs)) {
            for (int seed = 0; seed < INPUTS; seed++) {
                byte[] input = SmallNetwork.input(seed);
                int[] expected = Evidence.values(source.run(input), true);
                int[] observed = Evidence.values(device.run(input), true);
                evidence.observe("CPU on the new source", "input " + seed, expected, observed);
                for (int i = 0; seed == 0 && i < outputs; i++) {
                    same += expected[i] == before[i] ? 1 : 0;
                }
            }
        }
        evidence.fact("outputs of the old network that are right by chance", same + " of " + outputs);
        if (same > outputs / 2) {
            throw new AssertionError("the two networks answer alike: nothing was shown");
        }
        evidence.judgeObserved((int) (share * outputs * INPUTS), 2);
    }

    private static byte[] answer(Bench bench, TfliteModel model, int outputs, byte[] input) {
        try (Session session = bench.open(model, outputs)) {
            return session.run(input);
        }
    }
}
