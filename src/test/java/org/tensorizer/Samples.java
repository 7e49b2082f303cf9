package org.tensorizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.tensorizer.compiler.NetworkCompiler;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.BuiltinFields;
import org.tensorizer.template.BuiltinFields.Steps;
import org.tensorizer.template.TfliteWriter;
import org.tensorizer.template.TfliteWriter.Scaling;

/**
 * Models for tests that must hold for any model: those that the project makes itself, which are always there, and after
 * them the real ones where the shared folder is. Each is made once.
 */
public final class Samples {
    private static final Path SHAPES = Path.of("fixtures", "networks", "shapes.tflite");
    private static final Scaling NUMBERS = Scaling.of(1 / 32f, 3);
    private static final BuiltinFields CONVOLUTION = BuiltinFields.convolution(Steps.of(true, 1), FusedActivation.NONE);

    /** A model and what it is called. */
    public record Sample(String name, byte[] bytes) {
        public static Sample of(Path file) {
            return new Sample(file.getFileName().toString(), SharedFolder.bytes(file));
        }

        static Sample compiled(Sample source) {
            return new Sample(
                    source.name.replace(".tflite", "_edgetpu.tflite"),
                    NetworkCompiler.compile(source.model()).file());
        }

        public TfliteModel model() {
            return TfliteModel.parse(name, bytes);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** The classifier of the fixtures: convolutions, mean, layer, softmax. */
    private static final class Shapes {
        static final Sample SOURCE = Sample.of(SHAPES);
        static final Sample COMPILED = Sample.compiled(SOURCE);
    }

    private static final class Branches {
        static final Sample SOURCE = branches();
        static final Sample COMPILED = Sample.compiled(SOURCE);
    }

    private Samples() {}

    /** A network for TFLite's kernels, of one input and one output. */
    public static Sample networkSource() {
        return Shapes.SOURCE;
    }

    /** The same compiled. */
    public static Sample network() {
        return Shapes.COMPILED;
    }

    /** Floats outside, two outputs, and inside one operator of every kind that a chip has units for. */
    public static Sample branchesSource() {
        return Branches.SOURCE;
    }

    /** The same compiled: what makes floats to int8 and back stays around the custom operator. */
    public static Sample branchesCompiled() {
        return Branches.COMPILED;
    }

    /** Compiled models of all kinds that the project makes. */
    public static List<Sample> ownCompiled() {
        return List.of(
                Sample.of(Fixture.compiled()),
                Sample.of(Fixture.compiled().resolveSibling("dense_256_int8_identity_edgetpu.tflite")),
                network(),
                branchesCompiled());
    }

    /** Those that edgetpu_compiler made; none where the shared folder is not. */
    public static List<Sample> realCompiled() {
        return real(true);
    }

    /** Compiled models of all kinds. */
    public static List<Sample> compiled() {
        return both(ownCompiled(), realCompiled());
    }

    /** Models for TFLite's kernels. */
    public static List<Sample> sources() {
        return both(
                List.of(Sample.of(Fixture.source()), networkSource(), branchesSource(), severalInputs()), real(false));
    }

    /**
     * Arguments of a test from rows of words between bars, the first the name of a model; rows of real models are left
     * out where those are not.
     */
    public static Stream<Arguments> rows(String rows) {
        List<Sample> models = both(compiled(), sources());
        return rows.lines().map(row -> row.split(" *\\| *")).flatMap(words -> {
            Object[] arguments = Arrays.copyOf(words, words.length, Object[].class);
            arguments[0] = models.stream()
                    .filter(model -> model.name.equals(words[0]))
                    .findFirst()
                    .orElse(null);
            if (arguments[0] == null && hasReal()) {
                throw new IllegalArgumentException("no model " + words[0]);
            }
            return Stream.of(Arguments.of(arguments)).filter(row -> arguments[0] != null);
        });
    }

    /** Whether the shared folder is there. */
    public static boolean hasReal() {
        return Files.isDirectory(SharedFolder.root().resolve("templates"));
    }

    private static List<Sample> real(boolean compiled) {
        if (!hasReal()) {
            return List.of();
        }
        return SharedFolder.templates().stream()
                .filter(file -> file.toString().endsWith("_edgetpu.tflite") == compiled)
                .map(Sample::of)
                .toList();
    }

    private static List<Sample> both(List<Sample> own, List<Sample> real) {
        return Stream.concat(own.stream(), real.stream()).toList();
    }

    /** Three inputs, three outputs, each output of other inputs. */
    public static Sample severalInputs() {
        TfliteWriter writer = new TfliteWriter();
        List<Integer> inputs = Stream.of(3, 1, 2)
                .map(channels -> writer.tensor("input" + channels, TensorType.UINT8, image(8, channels), NUMBERS, null))
                .toList();
        int all = writer.tensor("all", TensorType.UINT8, image(8, 6), NUMBERS, null);
        writer.operator("CONCATENATION", 2, inputs, all, BuiltinFields.concatenation(3));
        int some = writer.tensor("some", TensorType.UINT8, image(8, 3), NUMBERS, null);
        writer.operator("CONCATENATION", 2, inputs.subList(1, 3), some, BuiltinFields.concatenation(3));
        int other = writer.tensor("other", TensorType.UINT8, image(8, 3), Scaling.of(1 / 24f, 9), null);
        writer.operator("QUANTIZE", 1, List.of(inputs.get(0)), other, BuiltinFields.NONE);
        return new Sample(
                "several_inputs.tflite",
                writer.write(inputs, List.of(all, some, other), "three inputs, three outputs"));
    }

    private static Sample branches() {
        TfliteWriter writer = new TfliteWriter();
        int floats = writer.tensor("floats", TensorType.FLOAT32, image(16, 8), null, null);
        int input = int8(writer, "input", 16, 8, NUMBERS);
        writer.operator("QUANTIZE", 1, List.of(floats), input, BuiltinFields.NONE);
        int wide = convolution(writer, input, 8, int8(writer, "wide", 16, 24, NUMBERS), 24);
        int half = int8(writer, "half", 8, 24, NUMBERS);
        writer.operator(
                "MAX_POOL_2D",
                2,
                List.of(wide),
                half,
                BuiltinFields.pool(Steps.of(false, 2), 2, 2, FusedActivation.NONE));
        int gate = int8(writer, "gate", 8, 24, Scaling.of(1 / 128f, 0));
        writer.operator("TANH", 2, List.of(half), gate, BuiltinFields.NONE);
        int gated = int8(writer, "gated", 8, 24, NUMBERS);
        writer.operator("MUL", 2, List.of(half, gate), gated, BuiltinFields.multiply(FusedActivation.NONE));
        int joined = int8(writer, "joined", 8, 48, NUMBERS);
        writer.operator("CONCATENATION", 2, List.of(half, gated), joined, BuiltinFields.concatenation(3));
        int narrow = convolution(writer, joined, 48, int8(writer, "narrow", 8, 24, NUMBERS), 24);
        int size = writer.integers("size", List.of(2), null, 16, 16);
        int large = int8(writer, "large", 16, 24, NUMBERS);
        writer.operator("RESIZE_BILINEAR", 3, List.of(narrow, size), large, BuiltinFields.resizeBilinear());
        int sum = int8(writer, "sum", 16, 24, NUMBERS);
        writer.operator("ADD", 2, List.of(wide, large), sum, BuiltinFields.add(FusedActivation.RELU));
        List<Integer> outputs = new ArrayList<>();
        for (int image : List.of(narrow, sum)) {
            int side = image == narrow ? 8 : 16;
            int output = writer.tensor("output" + side, TensorType.FLOAT32, image(side, 24), null, null);
            writer.operator("DEQUANTIZE", 2, List.of(image), output, BuiltinFields.NONE);
            outputs.add(output);
        }
        return new Sample("branches.tflite", writer.write(List.of(floats), outputs, "branches"));
    }

    private static List<Integer> image(int side, int channels) {
        return List.of(1, side, side, channels);
    }

    private static int int8(TfliteWriter writer, String name, int side, int channels, Scaling scaling) {
        return writer.tensor(name, TensorType.INT8, image(side, channels), scaling, null);
    }

    /** 3x3, as large as its input. */
    private static int convolution(TfliteWriter writer, int from, int inputs, int to, int outputs) {
        byte[] weights = new byte[outputs * 9 * inputs];
        new Random(inputs).nextBytes(weights);
        Scaling scaling = Scaling.of(1 / 2048f, 0);
        int filter = writer.tensor("filter" + to, TensorType.INT8, List.of(outputs, 3, 3, inputs), scaling, weights);
        int bias = writer.biases("bias" + to, new int[outputs], NUMBERS.scales()[0], scaling.scales());
        writer.operator("CONV_2D", 3, List.of(from, filter, bias), to, CONVOLUTION);
        return to;
    }
}
