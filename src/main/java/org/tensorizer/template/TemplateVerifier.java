package org.tensorizer.template;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.ByteRange;
import org.tensorizer.dense.DenseProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.InstructionStream;
import org.tensorizer.isa.Program;
import org.tensorizer.dense.StreamDiff;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.Verification.FieldDifference;
import org.tensorizer.template.Verification.RecordDiff;

/**
 * Checks our prediction of what edgetpu_compiler makes against a compile that a user has: same or different, and where,
 * field by field.
 */
public final class TemplateVerifier {
    /** More bytes of a payload that differ are not listed. */
    public static final int MOST_PAYLOAD_DIFFERENCES = 20;

    private TemplateVerifier() {}

    /**
     * @param model a compiled Dense layer, from edgetpu_compiler or anybody else
     * @throws NotDenseException if it is something else
     */
    public static Verification verify(TfliteModel model) {
        DenseTemplate template = DenseTemplate.of(model);
        DenseShape shape = template.shape();
        TfliteModel ours = TfliteModel.parse("assembled", CompiledModelWriter.write(template.spec()));
        Executable execution = model.onlyPackage().executionOnly();
        Executable caching = model.onlyPackage().parameterCaching();
        List<FieldDifference> container = new ArrayList<>();
        container.addAll(RecordDiff.of("tensors", model.tensors(), ours.tensors()));
        container.addAll(RecordDiff.of("operators", model.operators(), ours.operators()));
        container.addAll(RecordDiff.of("package", model.onlyPackage(), ours.onlyPackage()));
        return new Verification(
                template,
                diff(model, execution, DenseProgram.executionOnly(shape, template.quantization())),
                diff(model, caching, DenseProgram.parameterCaching(shape)),
                payload(template, ours),
                container);
    }

    private static StreamDiff diff(TfliteModel model, Executable executable, Program program) {
        String name = executable.type().toString();
        return StreamDiff.of(
                InstructionStream.frame(
                        model.name() + " " + name,
                        model.bytes(),
                        executable.chunks().get(0).range()),
                InstructionStream.frame("assembled " + name, program.bytes()));
    }

    private static List<FieldDifference> payload(DenseTemplate template, TfliteModel ours) {
        byte[] compiled = bytes(template.model(), template.payload());
        byte[] assembled = bytes(ours, ours.onlyPackage().parameterCaching().parameters());
        List<FieldDifference> differences = new ArrayList<>();
        for (int i = 0; i < compiled.length && differences.size() < MOST_PAYLOAD_DIFFERENCES; i++) {
            if (compiled[i] != assembled[i]) {
                String where = "byte " + i + " (" + template.layout().role(i) + ")";
                differences.add(new FieldDifference(where, "" + (compiled[i] & 0xff), "" + (assembled[i] & 0xff)));
            }
        }
        return differences;
    }

    private static byte[] bytes(TfliteModel model, ByteRange range) {
        byte[] bytes = new byte[range.length()];
        model.bytes(range).get(bytes);
        return bytes;
    }
}
