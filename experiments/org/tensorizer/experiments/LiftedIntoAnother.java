package org.tensorizer.experiments;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.lift.Lifted;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.transplant.Transplant;

/*
 * Two trainings of one architecture are compiled. The second is lifted from its compiled file and written into the first:
 * that must give the payload and the instructions of the second, with no source anywhere.
 *
 * The control is that the two differ before. No device is asked.
 *
 * Alone: mvn test -Dexperiment=LiftedIntoAnother
 */
@Hypothesis(
        value = "Lifted B in compiled A is compiled B",
        refutedBy = "One byte of payload or instructions that differs",
        source = "derived; the same holds for pairs of public checkpoints",
        theme = Hypothesis.Theme.NETWORKS,
        onSilicon = "needs no chip")
class LiftedIntoAnother {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.shownBy(
                "LiftedWrittenBackTest#changesOfTheLiftedModelAreSeen", "a lifted model with one weight changed"));
    }

    @ParameterizedTest(name = "{arguments}")
    @ValueSource(strings = {"convolution, one scale", "convolution, scales by channel", "classifier"})
    void givesTheOther(String kind, Evidence evidence) {
        TfliteModel first = compiled(kind, 1);
        TfliteModel second = compiled(kind, 2);
        SourceGraph lifted = SourceGraph.of(
                TfliteModel.parse("lifted", Lifted.of(Network.of(second), false).model()));
        byte[] made = Transplant.of(Network.of(first), lifted, Optional.empty())
                .write(second.onlyPackage().executables().get(0).token())
                .bytes();
        evidence.fact("bytes that differ before", differing(first, second));
        evidence.fact("bytes that differ after", differing(TfliteModel.parse("made", made), second));
        if (differing(first, second) == 0 || differing(TfliteModel.parse("made", made), second) != 0) {
            throw new AssertionError("compiled " + kind + " does not become the other");
        }
    }

    private static TfliteModel compiled(String kind, long seed) {
        return switch (kind) {
            case "classifier" -> SmallNetwork.classifier(seed).compiled();
            default -> SmallNetwork.convolution(seed, kind.endsWith("channel")).compiled();
        };
    }

    /** Bytes of payloads and instructions. */
    static int differing(TfliteModel a, TfliteModel b) {
        int count = 0;
        for (int e = 0; e < a.onlyPackage().executables().size(); e++) {
            Executable x = a.onlyPackage().executables().get(e);
            Executable y = b.onlyPackage().executables().get(e);
            count += differing(a.bytes(x.parameters()), b.bytes(y.parameters()));
            for (int c = 0; c < x.chunks().size(); c++) {
                count += differing(
                        a.bytes(x.chunks().get(c).range()),
                        b.bytes(y.chunks().get(c).range()));
            }
        }
        return count;
    }

    private static int differing(ByteBuffer a, ByteBuffer b) {
        int count = Math.abs(a.remaining() - b.remaining());
        for (int i = 0; i < Math.min(a.remaining(), b.remaining()); i++) {
            count += a.get(i) != b.get(i) ? 1 : 0;
        }
        return count;
    }
}
