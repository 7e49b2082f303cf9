package org.tensorizer.experiments;

import java.util.List;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.lift.LiftCheck;
import org.tensorizer.network.lift.Lifted;

/*
 * Does lifting lose anything? The lifted model is written back into the compiled network by transplant: every byte of
 * payload and instructions must come out as the compiler wrote it, tokens aside. No source and no device is needed, so this
 * is the judge for networks whose source is lost.
 *
 * Alone: mvn test -Dexperiment=LiftedWrittenBack -Dtensorizer.templates=DIR
 */
@Hypothesis(
        value = "A lifted network written back gives the compiled file",
        refutedBy = "One byte that differs, tokens aside",
        source = "Derived; see OwnSourceGivesTheFile",
        theme = Hypothesis.Theme.ENCODING,
        onSilicon = "needs no chip")
class LiftedWrittenBack {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.shownBy(
                "LiftedWrittenBackTest#changesOfTheLiftedModelAreSeen", "a lifted model with one weight changed"));
    }

    @EveryTemplate
    void theFileIsTheSame(TfliteModel compiled, Evidence evidence) {
        CompiledNetwork network = CompiledNetwork.of(compiled);
        LiftCheck check = LiftCheck.of(
                network.network(), Lifted.of(network.network(), false).alone());
        evidence.fact("bytes that differ", check.roundTrip());
        evidence.fact("layers", network.network().layers().size());
        if (check.roundTrip() != 0) {
            throw new AssertionError(check.roundTrip() + " bytes differ " + check.roundTripNote());
        }
    }
}
