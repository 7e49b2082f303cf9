package org.tensorizer.experiments;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;

/*
 * A compiled file is lifted to a plain model, with no source at hand, and compiled again here. The payload must be the
 * same byte for byte, and so must both programs: whatever lifting had to choose freely, scales above all, changes nothing
 * that the chip sees; networks with sums are left out, whose scales lifting finds to the last bit but one. One thing no program decides: whether a layer on a single pixel is fully connected or a 1x1
 * convolution. It may show in the strides of loops that never step, in one instruction.
 *
 * Networks compiled here are held to it in every instruction. Files of edgetpu_compiler are compared with the parameters in
 * the tiles where they keep them; there one tile instruction in a hundred may be another one, and is named.
 *
 * No device takes part: this is about bytes.
 *
 * Alone: mvn test -Dexperiment=LiftedAndCompiledAgain
 */
@Hypothesis(
        value = "A compiled file, lifted and compiled again, is itself",
        refutedBy =
                "A byte of the payload or an instruction that is another one, but for one of a layer on a single pixel",
        source = "derived: lifting reads every number that compiling writes",
        theme = Hypothesis.Theme.NETWORKS)
class LiftedAndCompiledAgain {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.models("a compiled file with one padding byte that is no zero point", folder -> {
            TfliteModel compiled = SmallNetwork.convolution(5, false).compiled();
            byte[] bytes = compiled.copy();
            // lanes 12 to 15 of the first weight row belong to no output: lifting does not see them
            bytes[compiled.onlyPackage().parameterCaching().parameters().start() + 64 + 4 * 13] ^= 1;
            Files.write(folder.resolve("padded_edgetpu.tflite"), bytes);
        }));
    }

    static List<SmallNetwork> networks() {
        return List.of(
                SmallNetwork.convolution(1, false),
                SmallNetwork.convolution(2, true),
                SmallNetwork.classifier(3),
                SmallNetwork.classifier(4, true));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void networksCompiledHere(SmallNetwork network, Evidence evidence) {
        requireSame(network.compiled(), network.name().startsWith("classifier") ? 1 : 0, evidence);
    }

    @EveryTemplate
    void modelsOfTheRun(TfliteModel compiled, Evidence evidence) {
        requireSame(compiled, CompiledModelWriter.wrote(compiled) ? 0 : -1, evidence);
    }

    /** @param open instructions that lifting cannot decide; -1: one in a hundred */
    private static void requireSame(TfliteModel compiled, int open, Evidence evidence) {
        byte[] lifted = CompiledNetwork.lifted(compiled).alone();
        TfliteModel source = TfliteModel.parse(compiled.name() + ", lifted", lifted);
        ProgramComparison comparison = CompiledNetwork.comparedWithOurs(compiled, source, evidence);
        int allowed = open < 0 ? comparison.instructions() / 100 : open;
        if (comparison.payloadDiffering() > 0 || comparison.otherInstructions() > allowed) {
            throw new AssertionError(comparison.payloadDiffering() + " payload bytes and "
                    + comparison.otherInstructions() + " of " + comparison.instructions()
                    + " tile instructions are others: " + comparison.programs());
        }
    }
}
