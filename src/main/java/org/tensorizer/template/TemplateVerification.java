package org.tensorizer.template;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Printable;
import org.tensorizer.dense.DenseProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.StreamDiff;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseTemplate.NotDenseException;
import org.tensorizer.template.TemplateVerification.RecordDiff;

/**
 * A compiled Dense layer, from edgetpu_compiler or anybody else, held against what Tensorizer predicts for it: same or
 * different, and where, field by field.
 *
 * @param template the compiled model
 * @param executionOnly its inference program (left) against ours (right)
 * @param parameterCaching its payload program (left) against ours (right)
 * @param payload bytes of the payload that are not what we write for the same weights, scales and biases: padding,
 *     mostly; at most the first {@value #MOST_PAYLOAD_DIFFERENCES}
 * @param container fields of tensors, package, executables, layers, hints and relocations that differ
 */
public record TemplateVerification(
        DenseTemplate template,
        StreamDiff executionOnly,
        StreamDiff parameterCaching,
        List<FieldDifference> payload,
        List<FieldDifference> container) {
    /** More bytes of a payload that differ are not listed. */
    private static final int MOST_PAYLOAD_DIFFERENCES = 20;

    public TemplateVerification {
        payload = List.copyOf(payload);
        container = List.copyOf(container);
    }

    /**
     * @param model a compiled Dense layer, from edgetpu_compiler or anybody else
     * @throws NotDenseException if it is something else
     */
    public static TemplateVerification of(TfliteModel model) {
        DenseTemplate template = DenseTemplate.of(model);
        DenseShape shape = template.shape();
        TfliteModel ours = TfliteModel.parse("assembled", CompiledModelWriter.write(template.spec()));
        Executable execution = model.onlyPackage().executionOnly();
        Executable caching = model.onlyPackage().parameterCaching();
        List<FieldDifference> container = new ArrayList<>();
        container.addAll(RecordDiff.of("tensors", model.tensors(), ours.tensors()));
        container.addAll(RecordDiff.of("operators", model.operators(), ours.operators()));
        container.addAll(RecordDiff.of("package", model.onlyPackage(), ours.onlyPackage()));
        return new TemplateVerification(
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
        byte[] compiled = template.model().copy(template.payload());
        byte[] assembled = ours.copy(ours.onlyPackage().parameterCaching().parameters());
        List<FieldDifference> differences = new ArrayList<>();
        for (int i = 0; i < compiled.length && differences.size() < MOST_PAYLOAD_DIFFERENCES; i++) {
            if (compiled[i] != assembled[i]) {
                String where = "byte " + i + " (" + template.layout().role(i) + ")";
                differences.add(new FieldDifference(where, "" + (compiled[i] & 0xff), "" + (assembled[i] & 0xff)));
            }
        }
        return differences;
    }

    /** Whether both programs are identical: this is what makes a shape's program verified. */
    public boolean isProgramSame() {
        return executionOnly.isIdentical() && parameterCaching.isIdentical();
    }

    /** Whether programs, payload and container all agree. */
    public boolean isSame() {
        return isProgramSame() && payload.isEmpty() && container.isEmpty();
    }

    /** Several lines: the verdict, then every difference, then what to do with it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(Printable.line(template.name()))
                .append(": ")
                .append(template.shape())
                .append(isSame() ? ": same\n" : isProgramSame() ? ": same program\n" : ": differs\n");
        program(text, "EXECUTION_ONLY", executionOnly);
        program(text, "PARAMETER_CACHING", parameterCaching);
        fields(text, "payload", payload);
        fields(text, "container", container);
        return text.append(contribution()).toString();
    }

    private static void program(StringBuilder text, String name, StreamDiff diff) {
        text.append(name).append(diff.isIdentical() ? ": identical\n" : ": differs\n");
        if (!diff.isIdentical()) {
            text.append(diff);
        }
    }

    private static void fields(StringBuilder text, String name, List<FieldDifference> differences) {
        text.append(name).append(differences.isEmpty() ? ": same\n" : ": differs\n");
        differences.forEach(d -> text.append("  ").append(d).append('\n'));
    }

    private String contribution() {
        return switch (template.status().level()) {
            case FIRM ->
                isProgramSame()
                        ? "This shape was verified before.\n"
                        : "This shape was verified before with another compile: the difference above is news. Please open an"
                                + " issue with this text, the compiler's version and the file.\n";
            case LIKELY ->
                "Until now this shape was extrapolated (" + template.status().reason()
                        + "). If edgetpu_compiler made this file, please open an issue with this text, the compiler's version"
                        + " and, if you may share it, the file: it settles the shape for everybody.\n";
            case REFUSED -> "";
        };
    }

    /**
     * A field of the container that two models fill differently.
     *
     * @param field path such as {@code executables[0].outputLayers[0].sizeBytes}
     * @param compiled value in the model that was verified
     * @param assembled value that Tensorizer writes
     */
    public record FieldDifference(String field, String compiled, String assembled) {
        @Override
        public String toString() {
            return field + ": compiled " + Printable.name(compiled) + ", assembled " + Printable.name(assembled);
        }
    }

    /**
     * Two records of facts compared component by component, into records, lists and optionals. Byte ranges are where
     * something stands, not what it says, and are passed over.
     */
    static final class RecordDiff {
        private final List<FieldDifference> differences = new ArrayList<>();

        private RecordDiff() {}

        static List<FieldDifference> of(String name, Object compiled, Object assembled) {
            RecordDiff diff = new RecordDiff();
            diff.compare(name, compiled, assembled);
            return diff.differences;
        }

        private void compare(String path, Object a, Object b) {
            if (a instanceof ByteRange || b instanceof ByteRange || Objects.equals(a, b)) {
                return;
            }
            if (a instanceof Optional<?> left
                    && b instanceof Optional<?> right
                    && left.isPresent()
                    && right.isPresent()) {
                compare(path, left.get(), right.get());
            } else if (a instanceof List<?> left && b instanceof List<?> right) {
                lists(path, left, right);
            } else if (a instanceof Record && b != null && a.getClass() == b.getClass()) {
                for (RecordComponent component : a.getClass().getRecordComponents()) {
                    String inner = path.isEmpty() ? component.getName() : path + "." + component.getName();
                    compare(inner, value(component, a), value(component, b));
                }
            } else {
                differences.add(new FieldDifference(path, String.valueOf(a), String.valueOf(b)));
            }
        }

        private void lists(String path, List<?> left, List<?> right) {
            if (left.size() != right.size()) {
                differences.add(new FieldDifference(path, left.size() + " entries", right.size() + " entries"));
            }
            for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
                compare(path + "[" + i + "]", left.get(i), right.get(i));
            }
        }

        private static Object value(RecordComponent component, Object record) {
            try {
                return component.getAccessor().invoke(record);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot read " + component, e);
            }
        }
    }
}
