package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.harness.CompiledModels;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.transplant.Transplant;
import org.tensorizer.network.transplant.Transplanted;

/*
 * Writing a network's own source into its compiled file must change nothing: every weight byte, every quantization field
 * and every constant that the writer computes is the one that stands there already. The token is given.
 *
 * Networks made here show that the writer and our compiler agree. Compiled models with their source beside them
 * (NAME.tflite for NAME_edgetpu.tflite) show that it agrees with edgetpu_compiler; parts of a network that nobody
 * understands are refused, and named, and not counted as agreement.
 *
 * No device takes part: this is about bytes.
 *
 * Alone: mvn test -Dexperiment=OwnSourceGivesTheFile -Dtensorizer.templates=DIR
 */
@Hypothesis(
        value = "Transplanting a network's own source into it reproduces the file, byte for byte",
        refutedBy = "A byte that is another one afterwards",
        source = "derived from compiled models with their sources",
        theme = Hypothesis.Theme.ENCODING)
class OwnSourceGivesTheFile {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.models(
                "a compiled file with one weight that its source does not have", folder -> {
                    SmallNetwork network = SmallNetwork.convolution(9, false);
                    byte[] bytes = network.compiled().copy();
                    Network found = Network.of(network.compiled());
                    bytes[found.range(found.layer(0)).end() - 100] ^= 1;
                    Files.write(folder.resolve("odd_edgetpu.tflite"), bytes);
                    Files.write(folder.resolve("odd.tflite"), network.source().copy());
                }));
    }

    static List<SmallNetwork> networks() {
        return List.of(
                SmallNetwork.convolution(1, false), SmallNetwork.convolution(2, true), SmallNetwork.classifier(3));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void ofNetworksCompiledHere(SmallNetwork network, Evidence evidence) {
        requireSame(network.compiled(), network.source(), evidence);
    }

    @Test
    void ofCompiledModelsWithTheirSourceBesideThem(CompiledModels models, Evidence evidence) {
        int judged = 0;
        for (TfliteModel model : models.models()) {
            Path beside = Path.of(model.name().replaceFirst("_edgetpu\\.tflite$", ".tflite"));
            if (beside.toString().equals(model.name()) || !Files.exists(beside)) {
                continue;
            }
            try {
                requireSame(model, TfliteModel.read(beside), evidence);
                judged++;
            } catch (BadInputException refused) {
                evidence.fact(beside.getFileName() + " is not judged", refused.getMessage());
            }
        }
        assumeTrue(judged > 0, "no compiled model with its source beside it in " + models.lookedIn());
    }

    private static void requireSame(TfliteModel compiled, TfliteModel source, Evidence evidence) {
        Executable first = compiled.onlyPackage().executables().get(0);
        Transplanted made = Transplant.of(Network.of(compiled), SourceGraph.of(source), Optional.empty())
                .write(first.token());
        int difference = Arrays.mismatch(compiled.copy(), made.bytes());
        evidence.fact(
                compiled.name(),
                difference < 0 ? made.bytes().length + " bytes, identical" : "byte " + difference + " differs");
        if (difference >= 0) {
            throw new AssertionError(compiled.name() + ": byte " + difference + " is another one: expected "
                    + (compiled.copy()[difference] & 0xff) + ", found " + (made.bytes()[difference] & 0xff));
        }
    }
}
