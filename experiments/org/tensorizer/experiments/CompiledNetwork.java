package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.tensorizer.base.BadInputException;
import org.tensorizer.compiler.NetworkCompiler;
import org.tensorizer.compiler.NetworkProgram;
import org.tensorizer.device.Session;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Evidence;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.lift.Lifted;
import org.tensorizer.template.CompiledModelWriter;

/** What experiments on whole networks share: a compiled model, its operators, its source if that lies beside it. */
record CompiledNetwork(TfliteModel model, Network network) {
    /** Ends the run as not applicable where the program is not understood or has several inputs or outputs. */
    static CompiledNetwork of(TfliteModel model) {
        try {
            Network network = Network.of(model);
            boolean one = network.inputs().size() == 1
                    && network.outputs().size() == 1
                    && model.operators().size() == 1
                    && !network.layers().isEmpty()
                    && network.graph().unknown().isEmpty();
            return one
                    ? new CompiledNetwork(model, network)
                    : abort(model.name() + ": needs one input, one output, layers");
        } catch (BadInputException e) {
            return abort("not understood: " + e.getMessage());
        }
    }

    /** The source beside the model: NAME.tflite for NAME_edgetpu.tflite; ends the run as not applicable without. */
    static TfliteModel sourceBeside(TfliteModel model) {
        Path beside = Path.of(model.name().replaceFirst("_edgetpu\\.tflite$", ".tflite"));
        return beside.toString().equals(model.name()) || !Files.exists(beside)
                ? abort("needs the source " + beside.getFileName() + " beside " + model.name())
                : TfliteModel.read(beside);
    }

    /** The source beside the model. */
    TfliteModel source() {
        return sourceBeside(model);
    }

    /** A model lifted; not applicable where it is not understood. */
    static Lifted lifted(TfliteModel compiled) {
        try {
            return Lifted.of(Network.of(compiled), false);
        } catch (BadInputException reason) {
            return abort("not lifted: " + reason.getMessage());
        }
    }

    /** A source compiled here, the whole of it; ends the run as not applicable where that is not covered. */
    static TfliteModel compiledHere(TfliteModel source) {
        try {
            return TfliteModel.parse(
                    source.name() + ", compiled here",
                    NetworkCompiler.compileWhole(source).file());
        } catch (BadInputException reason) {
            return abort("not compiled here: " + reason.getMessage());
        }
    }

    /**
     * A compiled model against what we make of a source, told in the evidence; not applicable where we make nothing, or a
     * form that no compiled program at hand shows.
     */
    static ProgramComparison comparedWithOurs(TfliteModel compiled, TfliteModel source, Evidence evidence) {
        try {
            var network = NetworkCompiler.compileWhole(source);
            List<String> forms =
                    network.program().map(NetworkProgram::extrapolated).orElse(List.of());
            if (!forms.isEmpty() && !CompiledModelWriter.wrote(compiled)) {
                abort("not compared: compiled here it has forms of ours, which no compiled program at hand shows: "
                        + forms);
            }
            ProgramComparison comparison = ProgramComparison.of(network, compiled);
            comparison
                    .programs()
                    .forEach(program ->
                            evidence.fact(program.type() + ", tile instructions that are the same", program));
            evidence.fact(
                    "payload", comparison.payloadBytes() + " bytes, " + comparison.payloadDiffering() + " are others");
            evidence.fact("narrow memory and layers", comparison.others().isEmpty() ? "the same" : comparison.others());
            return comparison;
        } catch (BadInputException reason) {
            return abort("not compared: " + reason.getMessage());
        }
    }

    int outputs() {
        return network.outputs().get(0).tensor().shape().stream().reduce(1, (a, b) -> a * b);
    }

    boolean isSigned() {
        return network.outputs().get(0).isSigned();
    }

    /** Bytes of an input as the chip has them. */
    byte[] inChipDomain(byte[] input) {
        return turned(input, network.inputs().get(0).isSigned());
    }

    /** Values of an output as the chip has them. */
    int[] onChip(byte[] output) {
        return Evidence.values(turned(output, isSigned()), false);
    }

    private static byte[] turned(byte[] bytes, boolean signed) {
        byte[] turned = bytes.clone();
        for (int i = 0; signed && i < turned.length; i++) {
            turned[i] ^= (byte) 0x80;
        }
        return turned;
    }

    byte[] input(long seed) {
        byte[] input =
                new byte[network.inputs().get(0).tensor().shape().stream().reduce(1, (a, b) -> a * b)];
        new Random(seed).nextBytes(input);
        return input;
    }

    /** The answer of the device to this model with other bytes. */
    byte[] answer(Bench bench, byte[] bytes, byte[] input) {
        try (Session session = bench.open(TfliteModel.parse(model.name(), bytes), outputs())) {
            return session.run(input);
        }
    }
}
