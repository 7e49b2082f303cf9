package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.Sha256;
import org.tensorizer.compiler.ConvolutionModel;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;

/*
 * Is our compiler edgetpu_compiler's equal? Programs of 3x3 convolutions that others compiled and published are known by
 * their SHA-256; ours must have the same. And each compiled model of the run with its source beside it, NAME.tflite for
 * NAME_edgetpu.tflite, is compiled here from that source: the payload must be the same byte for byte, and so must the tile
 * instructions, one by one and in order, with the parameters in the tiles where that file keeps them (which tile keeps what
 * follows a rule that nobody knows). Where the two go different ways, such as the rows of a maximum or the order of several
 * fully connected layers, the evidence counts the differences by unit and field.
 *
 * A model that Tensorizer wrote itself is left out, since comparing it with itself shows nothing; so is one that we do not
 * compile whole, with the reason. Dense layers alone are AssembledEqualsCompiled's.
 *
 * No device takes part: this is about bytes. Networks of your own are worth the most here.
 *
 * Alone: mvn test -Dexperiment=CompiledHereEqualsCompiled -Dtensorizer.templates=DIR
 */
@Hypothesis(
        value = "A network compiled here is the one that edgetpu_compiler makes, the places of its parameters aside",
        refutedBy = "A payload byte that differs, or more than one tile instruction in four",
        source =
                "Derived: every tile instruction of two mobilenets and five stacks of convolutions is the real one, and 72"
                        + " public convolutions are byte-identical",
        theme = Hypothesis.Theme.ENCODING)
class CompiledHereEqualsCompiled {
    private static final String SIGNATURE = ", written by Tensorizer";

    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.models("has one weight that its source does not have", folder -> {
            SmallNetwork network = SmallNetwork.convolution(31, false);
            byte[] bytes = network.compiled().copy();
            bytes[
                    network.compiled()
                                    .onlyPackage()
                                    .parameterCaching()
                                    .parameters()
                                    .end()
                            - 100] ^= 1;
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            bytes[text.indexOf(SIGNATURE) + 2] = 'W'; // somebody else's, by its description
            Files.write(folder.resolve("odd_edgetpu.tflite"), bytes);
            Files.write(folder.resolve("odd.tflite"), network.source().copy());
        }));
    }

    /** Channels in and out, int8 with a scale for each channel, no bias, SAME, stride 1: public compiles of others. */
    @ParameterizedTest(name = "3x3 on {0} x {1} x {2}")
    @CsvSource({
        "8, 120, 32, 127, 0.007843135856091976, 128, 0.2246941328048706,"
                + " f5e3f6009afb9dd5f9511d3908eca8efa1faf311729d751ccb1b358e3f7780a3",
        "12, 72, 32, 128, 0.007843130268156528, 131, 0.2474813461303711,"
                + " 28c9fc56530450a7338eee9f333efb44af3e34ddaf0f390f8d14f480fda6b5f3",
        "8, 128, 64, 127, 0.007843135856091976, 128, 0.31686699390411377,"
                + " b4696b30ab55c9f959001256fe3187173582b7ee570bf046639b4b86fc34bc8c",
        "8, 72, 32, 128, 0.007843130268156528, 139, 0.23297379910945892,"
                + " 507e440cd83450d9a6f2376ba9f351f9416221ba6b84f42db508384df61ae356",
    })
    void publicConvolutions(
            int height,
            int width,
            int channels,
            int inputZeroPoint,
            float inputScale,
            int outputZeroPoint,
            float outputScale,
            String sha256) {
        Quantization numbers = Quantization.perChannel(inputScale, inputZeroPoint, outputScale, outputZeroPoint);
        Convolution layer = new Convolution(
                channels, Window.same(3, 1), false, ParameterFormat.PER_CHANNEL, Activation.NONE, numbers);
        ConvolutionModel model = new ConvolutionModel(
                height,
                width,
                channels,
                layer,
                new ConvolutionPayload.Numbers(new byte[9 * channels * channels], new int[0], new float[channels]),
                TensorType.INT8);
        String found = Sha256.of(model.program().executionOnly().get(0).bytes());
        if (!found.equals(sha256)) {
            throw new AssertionError("SHA-256 of EXECUTION_ONLY: expected " + sha256 + ", found " + found);
        }
    }

    @EveryTemplate
    void programsAndPayloadAreTheSame(TfliteModel compiled, Evidence evidence) {
        assumeFalse(
                CompiledModelWriter.wrote(compiled),
                "Tensorizer wrote this model itself; the comparison needs one that edgetpu_compiler made");
        TfliteModel source = CompiledNetwork.sourceBeside(compiled);
        ProgramComparison comparison = CompiledNetwork.comparedWithOurs(compiled, source, evidence);
        if (comparison.payloadDiffering() > 0 || 4 * comparison.otherInstructions() > comparison.instructions()) {
            throw new AssertionError(comparison.payloadDiffering() + " payload bytes and "
                    + comparison.otherInstructions() + " of " + comparison.instructions()
                    + " tile instructions are others");
        }
    }
}
