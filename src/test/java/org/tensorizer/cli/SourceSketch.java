package org.tensorizer.cli;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.TensorType;
import org.tensorizer.template.BuiltinFields;
import org.tensorizer.template.TfliteWriter;
import org.tensorizer.template.TfliteWriter.Scaling;

/** A chain that is written operator by operator. */
final class SourceSketch {
    static final TensorType INT8 = TensorType.INT8;
    static final Scaling NUMBERS = Scaling.of(1 / 32f, 3);
    static final Scaling WEIGHTS = Scaling.of(1 / 256f, 0);

    private final TfliteWriter writer = new TfliteWriter();
    private int last;
    private List<Integer> inputs;

    SourceSketch input(TensorType type, Scaling scaling, Integer... shape) {
        last = writer.tensor("image", type, List.of(shape), scaling, null);
        inputs = List.of(last);
        return this;
    }

    SourceSketch image() {
        return input(INT8, NUMBERS, 1, 8, 8, 4);
    }

    SourceSketch convolution(TensorType type, Scaling scaling, Scaling weights, int channels, Integer... shape) {
        byte[] bytes = new byte[shape[3] * channels * (type == TensorType.FLOAT32 ? 4 : 1)];
        new Random(1).nextBytes(bytes);
        int w = writer.tensor("weights", type, List.of(shape[3], 1, 1, channels), weights, bytes);
        BuiltinFields options = BuiltinFields.convolution(BuiltinFields.Steps.of(true, 1), FusedActivation.NONE);
        TensorType result = type == TensorType.FLOAT32 ? type : INT8;
        return operator("CONV_2D", options, List.of(last, w, bias(weights, shape[3])), result, scaling, shape);
    }

    SourceSketch convolution(int channels, Integer... shape) {
        return convolution(INT8, NUMBERS, WEIGHTS, channels, shape);
    }

    SourceSketch weighted(Scaling weights) {
        return convolution(INT8, NUMBERS, weights, 4, 1, 8, 8, 4);
    }

    private int bias(Scaling weights, int outputs) {
        return weights == null
                ? writer.tensor("bias", TensorType.FLOAT32, List.of(outputs), null, new byte[4 * outputs])
                : writer.biases("bias", new int[outputs], NUMBERS.scales()[0], weights.scales());
    }

    SourceSketch dense(TensorType result, int inputs, Integer... shape) {
        int w = writer.tensor(
                "weights", INT8, List.of(shape[1], inputs), WEIGHTS, new byte[Math.multiplyExact(shape[1], inputs)]);
        Scaling scaling = result == INT8 ? NUMBERS : null;
        return operator(
                "FULLY_CONNECTED",
                BuiltinFields.fullyConnected(FusedActivation.NONE),
                List.of(last, w, -1),
                result,
                scaling,
                shape);
    }

    SourceSketch add(int other) {
        BuiltinFields options = BuiltinFields.add(FusedActivation.NONE);
        return operator("ADD", options, List.of(last, other), INT8, NUMBERS, 1, 8, 8, 4);
    }

    /** Goes on from an older tensor. */
    SourceSketch from(int tensor) {
        last = tensor;
        return this;
    }

    SourceSketch plain(String name) {
        return operator(name, BuiltinFields.NONE, List.of(last), INT8, NUMBERS, 1, 8, 8, 4);
    }

    private SourceSketch operator(
            String name,
            BuiltinFields options,
            List<Integer> from,
            TensorType type,
            Scaling scaling,
            Integer... shape) {
        int to = writer.tensor(name.toLowerCase(Locale.ROOT), type, List.of(shape), scaling, null);
        writer.operator(name, name.equals("CONV_2D") ? 3 : 1, from, to, options);
        last = to;
        return this;
    }

    byte[] write() {
        return writer.write(inputs, List.of(last), "a source made for a test");
    }
}
