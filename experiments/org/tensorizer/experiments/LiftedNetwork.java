package org.tensorizer.experiments;

import java.util.List;
import org.tensorizer.device.Session;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.lift.Lifted;

/*
 * Is what was lifted the same function? The compiled network is lifted to a plain model, with no source at hand; TFLite
 * runs that on the CPU, the device runs the compiled file, on the same inputs. TFLite requantizes in fixed point, the chip
 * in float32: a few outputs may be a step apart, and through more than eight layers such steps carry on.
 *
 * Alone: mvn test -Dexperiment=LiftedNetwork -Dtensorizer.templates=DIR
 */
@Hypothesis(
        value = "A lifted network answers as the compiled one",
        refutedBy = "An output more than a step away, or more than one in twenty that differs; through more than eight"
                + " layers 16 steps, or more than half",
        source = "Derived: layers of public models come back with every weight, bias and multiplier of their sources",
        theme = Hypothesis.Theme.NETWORKS,
        onSilicon = "never observed")
class LiftedNetwork {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.chip(chip -> chip.withLanes(16)), Counterexample.answersTheSame());
    }

    private static final int RUNS = 4;

    /** Layers beyond which rounding carries on: measured on mobilenets, 10 steps at most in 456 of 2,048 outputs. */
    private static final int DEEP = 8;

    private static final int DEEP_STEPS = 16;

    @EveryTemplate
    void answersAsTheCompiledOne(TfliteModel compiled, Bench bench, Evidence evidence) {
        CompiledNetwork network = CompiledNetwork.of(compiled);
        Lifted lifted = Lifted.of(network.network(), false);
        try (Session cpu = new CpuDevice().open("lifted model", lifted.model())) {
            for (int run = 0; run < RUNS; run++) {
                byte[] input = network.input(run);
                evidence.observe(
                        "lifted on CPU",
                        "input " + run,
                        Evidence.values(cpu.run(input), network.isSigned()),
                        Evidence.values(network.answer(bench, compiled.copy(), input), network.isSigned()));
            }
        }
        evidence.fact("operators", lifted.report().operators().size());
        boolean deep = network.network().layers().size() > DEEP;
        evidence.judgeObserved(Math.max(1, RUNS * network.outputs() / (deep ? 2 : 20)), deep ? DEEP_STEPS : 1);
    }
}
