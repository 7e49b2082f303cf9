package org.tensorizer.template;

import java.util.List;
import org.tensorizer.dense.Activation;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.schema.BuiltinOperator;
import org.tensorizer.template.BuiltinFields.Steps;
import org.tensorizer.template.TfliteWriter.Scaling;

/**
 * Writes a quantized, uncompiled .tflite operator by operator: what TFLite runs on the CPU and a compiler takes. Tensors
 * are named by the numbers they get. One model a builder; not thread-safe.
 */
public final class SourceGraphBuilder {
    private final TfliteWriter writer = new TfliteWriter();
    private int operators;

    /** A window and how it is laid on the border. */
    public record Window(int kernel, int stride, boolean valid) {}

    /**
     * Weights and biases.
     *
     * @param shape of the weights
     * @param weights in the domain of their type
     * @param scales one, or one for each output
     * @param zeroPoint of the weights, in the domain of their type
     * @param dimension of the outputs in the shape
     * @param bias one for each output, or empty for none
     */
    public record Parameters(
            List<Integer> shape, byte[] weights, float[] scales, long zeroPoint, int dimension, int[] bias) {}

    /** A tensor that is computed, or the input. */
    public int activation(String name, List<Integer> shape, float scale, TensorDomain domain) {
        return writer.tensor(name, domain.type(), shape, Scaling.of(scale, domain.zeroPoint()), null);
    }

    /** CONV_2D. */
    public void convolution(
            int from, float inputScale, int to, TensorType type, Window window, Parameters numbers, Activation fused) {
        BuiltinFields options = BuiltinFields.convolution(steps(window), fused(fused));
        operator(BuiltinOperator.CONV_2D, 3, weighted(from, inputScale, type, numbers), to, options);
    }

    /** DEPTHWISE_CONV_2D of multiplier 1. */
    public void depthwise(
            int from, float inputScale, int to, TensorType type, Window window, Parameters numbers, Activation fused) {
        BuiltinFields options = BuiltinFields.depthwise(steps(window), fused(fused));
        operator(BuiltinOperator.DEPTHWISE_CONV_2D, 3, weighted(from, inputScale, type, numbers), to, options);
    }

    /** FULLY_CONNECTED. */
    public void layer(int from, float inputScale, int to, TensorType type, Parameters numbers, Activation fused) {
        BuiltinFields options = BuiltinFields.fullyConnected(fused(fused));
        operator(BuiltinOperator.FULLY_CONNECTED, 4, weighted(from, inputScale, type, numbers), to, options);
    }

    /** MAX_POOL_2D. */
    public void maximum(int from, int to, Window window) {
        operator(BuiltinOperator.MAX_POOL_2D, 2, List.of(from), to, pool(window));
    }

    /** AVERAGE_POOL_2D. */
    public void average(int from, int to, Window window) {
        operator(BuiltinOperator.AVERAGE_POOL_2D, 2, List.of(from), to, pool(window));
    }

    private static BuiltinFields pool(Window window) {
        return BuiltinFields.pool(steps(window), window.kernel(), window.kernel(), FusedActivation.NONE);
    }

    /** ADD. */
    public void sum(int first, int second, int to, Activation fused) {
        operator(BuiltinOperator.ADD, 2, List.of(first, second), to, BuiltinFields.add(fused(fused)));
    }

    /** MUL. */
    public void product(int first, int second, int to, Activation fused) {
        operator(BuiltinOperator.MUL, 2, List.of(first, second), to, BuiltinFields.multiply(fused(fused)));
    }

    /** CONCATENATION of the channels of images. */
    public void concatenation(List<Integer> from, int to) {
        operator(BuiltinOperator.CONCATENATION, 2, from, to, BuiltinFields.concatenation(3));
    }

    /** RESIZE_BILINEAR with half-pixel centers, or RESIZE_NEAREST_NEIGHBOR. */
    public void resize(int from, int to, boolean bilinear, int height, int width) {
        int sides = writer.integers("size" + operators, List.of(2), null, height, width);
        int builtin = bilinear ? BuiltinOperator.RESIZE_BILINEAR : BuiltinOperator.RESIZE_NEAREST_NEIGHBOR;
        BuiltinFields options = bilinear ? BuiltinFields.resizeBilinear() : BuiltinFields.resizeNearest();
        operator(builtin, 3, List.of(from, sides), to, options);
    }

    /** SOFTMAX. */
    public void softmax(int from, int to, float beta) {
        operator(BuiltinOperator.SOFTMAX, 2, List.of(from), to, BuiltinFields.softmax(beta));
    }

    /** QUANTIZE, from one domain to another. */
    public void quantize(int from, int to) {
        operator(BuiltinOperator.QUANTIZE, 1, List.of(from), to, BuiltinFields.NONE);
    }

    /** An operator of version 2 without options, by TFLite's number. */
    public void plain(int builtin, int from, int to) {
        operator(builtin, 2, List.of(from), to, BuiltinFields.NONE);
    }

    private List<Integer> weighted(int from, float inputScale, TensorType type, Parameters numbers) {
        Scaling scaling = new Scaling(numbers.scales(), numbers.zeroPoint(), numbers.dimension());
        int weights = writer.tensor("weights" + operators, type, numbers.shape(), scaling, numbers.weights());
        int bias = numbers.bias().length == 0
                ? -1
                : writer.biases("bias" + operators, numbers.bias(), inputScale, numbers.scales());
        return List.of(from, weights, bias);
    }

    private static Steps steps(Window window) {
        return Steps.of(!window.valid(), window.stride());
    }

    private static FusedActivation fused(Activation activation) {
        return FusedActivation.valueOf(activation.name());
    }

    private void operator(int builtin, int version, List<Integer> inputs, int output, BuiltinFields options) {
        writer.operator(builtin, version, inputs, output, options);
        operators++;
    }

    /** The whole model from its input to its output. */
    public byte[] build(String description, int input, int output) {
        return build(description, input, List.of(output));
    }

    /** The same with several outputs. */
    public byte[] build(String description, int input, List<Integer> outputs) {
        return writer.write(List.of(input), outputs, description);
    }
}
