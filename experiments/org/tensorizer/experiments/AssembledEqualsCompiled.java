package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.List;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.patch.Pattern;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseTemplate;
import org.tensorizer.template.DenseTemplate.NotDenseException;
import org.tensorizer.template.TemplateVerification;

/*
 * Can the closed compiler be done without? Tensorizer assembles Dense programs of its own. Claim: for each layer that
 * edgetpu_compiler made, ours has the same instructions, byte for byte, and both answer alike.
 *
 * The first half needs no device: each compiled model in the folder is taken apart, assembled anew from what it computes
 * (shape, scales, zero points, weights), and the two are compared field by field. A model that is no Dense layer is left
 * out with the reason; so is one that Tensorizer wrote itself, since comparing that with itself shows nothing.
 *
 * The second half loads both on the device and gives them the same inputs. For our own templates it is the control: a
 * model written, read and written again must answer like the first one, or the comparison is broken.
 *
 * Compiles of your own, any size and format, are worth the most here: point at their folder.
 *
 * Alone: mvn test -Dexperiment=AssembledEqualsCompiled -Dtensorizer.templates=DIR
 */
@Hypothesis(
        value = "An assembled Dense template is the one that edgetpu_compiler makes",
        refutedBy = "One instruction byte that differs from the compiler's, or one output",
        source = "Derived: both programs of the 256 and 1024 templates are byte-identical to compiled ones, ten larger"
                + " sizes have the SHA-256 of published ones. Nobody has run both on a chip yet",
        theme = Hypothesis.Theme.ENCODING,
        onSilicon = "never observed; the fourth thing to do on a Coral")
class AssembledEqualsCompiled {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.flickers(5),
                Counterexample.shownBy(
                        "WrongTemplateTest#anInstructionFieldOfAnotherValueRefutesBoth",
                        "a compiled model with one instruction field of another value"));
    }

    @EveryTemplate
    void instructionsAreTheSame(TfliteModel compiled, Evidence evidence) {
        assumeFalse(
                CompiledModelWriter.wrote(compiled),
                "Tensorizer wrote this model itself; the comparison needs one that edgetpu_compiler made");
        TemplateVerification comparison = verify(compiled);

        evidence.fact("layer", comparison.template().shape());
        evidence.fact("its program was", comparison.template().status().level().word());
        evidence.fact("EXECUTION_ONLY instructions", comparison.executionOnly().isIdentical() ? "identical" : "differ");
        evidence.fact(
                "PARAMETER_CACHING instructions", comparison.parameterCaching().isIdentical() ? "identical" : "differ");
        evidence.fact("payload bytes that differ", comparison.payload().size());
        evidence.fact("container fields that differ", comparison.container().size());
        comparison.payload().forEach(d -> evidence.fact("payload " + d.field(), d.compiled() + " / " + d.assembled()));
        comparison.container().forEach(d -> evidence.fact(d.field(), d.compiled() + " / " + d.assembled()));
        if (!comparison.isProgramSame()) {
            throw new AssertionError(comparison.toString());
        }
    }

    @EveryTemplate
    void outputsAreTheSame(DenseTemplate compiled, Bench bench, Evidence evidence) {
        DenseTemplate assembled =
                DenseTemplate.assemble(compiled.spec()).patched(Pattern.xor(0)); // changes the token only
        Inputs inputs = Inputs.of(compiled);
        List<byte[]> drives = List.of(
                inputs.zeros(),
                inputs.ramp(),
                inputs.alternating(),
                inputs.random(1),
                inputs.random(2),
                inputs.random(3));

        List<byte[]> theirs = bench.run(compiled, drives);
        List<byte[]> ours = bench.run(assembled, drives);

        if (CompiledModelWriter.wrote(compiled.model())) {
            evidence.control("Tensorizer wrote both models; the comparison needs one that edgetpu_compiler made");
        }
        for (int i = 0; i < drives.size(); i++) {
            evidence.expectSame("drive " + i + ", compiled and assembled", compiled, theirs.get(i), ours.get(i));
        }
    }

    private static TemplateVerification verify(TfliteModel compiled) {
        try {
            return TemplateVerification.of(compiled);
        } catch (NotDenseException e) {
            return abort(e.getMessage());
        }
    }
}
