package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.dense.Activation;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.schema.Buffer;
import org.tensorizer.model.schema.Model;
import org.tensorizer.model.schema.Operator;
import org.tensorizer.model.schema.OperatorCode;
import org.tensorizer.model.schema.QuantizationParameters;
import org.tensorizer.model.schema.SubGraph;
import org.tensorizer.model.schema.Tensor;

/**
 * Writes a quantized, uncompiled .tflite operator by operator: what TFLite runs on the CPU and a compiler takes. Tensors
 * are named by the numbers they get. One model a builder; not thread-safe.
 */
public final class SourceGraphBuilder {
    private static final int ALIGNMENT = 16;
    private static final int ADD = 0;
    private static final int AVERAGE_POOL = 1;
    private static final int CONVOLUTION = 3;
    private static final int DEPTHWISE = 4;
    private static final int FULLY_CONNECTED = 9;
    private static final int MAX_POOL = 17;
    private static final int SOFTMAX = 25;

    private final FlatBufferBuilder b = new FlatBufferBuilder(1 << 16);
    private final List<Integer> tensors = new ArrayList<>();
    private final List<Integer> buffers = new ArrayList<>();
    private final List<Integer> operators = new ArrayList<>();
    private final Map<Integer, Integer> codes = new LinkedHashMap<>();

    public SourceGraphBuilder() {
        b.createUnintializedVector(1, 0, ALIGNMENT);
        buffers.add(Buffer.createBuffer(b, b.endVector(), 0, 0));
    }

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
        int quantization = quantization(new float[] {scale}, domain.zeroPoint(), 0);
        return tensor(name, shape, domain.type(), 0, quantization);
    }

    /** CONV_2D. */
    public void convolution(
            int from, float inputScale, int to, TensorType type, Window window, Parameters numbers, Activation fused) {
        int options = table(6, () -> {
            b.addByte(0, (byte) (window.valid() ? 1 : 0), 0);
            b.addInt(1, window.stride(), 0);
            b.addInt(2, window.stride(), 0);
            b.addByte(3, code(fused), 0);
        });
        operator(CONVOLUTION, weighted(from, inputScale, type, numbers), to, 1, options);
    }

    /** DEPTHWISE_CONV_2D of multiplier 1. */
    public void depthwise(
            int from, float inputScale, int to, TensorType type, Window window, Parameters numbers, Activation fused) {
        int options = table(7, () -> {
            b.addByte(0, (byte) (window.valid() ? 1 : 0), 0);
            b.addInt(1, window.stride(), 0);
            b.addInt(2, window.stride(), 0);
            b.addInt(3, 1, 0);
            b.addByte(4, code(fused), 0);
        });
        operator(DEPTHWISE, weighted(from, inputScale, type, numbers), to, 2, options);
    }

    /** FULLY_CONNECTED. */
    public void layer(int from, float inputScale, int to, TensorType type, Parameters numbers, Activation fused) {
        int options = table(4, () -> b.addByte(0, code(fused), 0));
        operator(FULLY_CONNECTED, weighted(from, inputScale, type, numbers), to, 8, options);
    }

    /** MAX_POOL_2D. */
    public void maximum(int from, int to, Window window) {
        operator(MAX_POOL, new int[] {from}, to, 5, pool(window));
    }

    /** AVERAGE_POOL_2D. */
    public void average(int from, int to, Window window) {
        operator(AVERAGE_POOL, new int[] {from}, to, 5, pool(window));
    }

    private int pool(Window window) {
        return table(6, () -> {
            b.addByte(0, (byte) (window.valid() ? 1 : 0), 0);
            b.addInt(1, window.stride(), 0);
            b.addInt(2, window.stride(), 0);
            b.addInt(3, window.kernel(), 0);
            b.addInt(4, window.kernel(), 0);
        });
    }

    /** ADD. */
    public void sum(int first, int second, int to, Activation fused) {
        operator(ADD, new int[] {first, second}, to, 11, table(1, () -> b.addByte(0, code(fused), 0)));
    }

    /** SOFTMAX. */
    public void softmax(int from, int to, float beta) {
        operator(SOFTMAX, new int[] {from}, to, 9, table(1, () -> b.addFloat(0, beta, 0)));
    }

    /** An operator without options, by TFLite's number. */
    public void plain(int builtin, int from, int to) {
        operator(builtin, new int[] {from}, to, 0, 0);
    }

    private int[] weighted(int from, float inputScale, TensorType type, Parameters numbers) {
        String number = Integer.toString(operators.size());
        int weights = tensor(
                "weights" + number,
                numbers.shape(),
                type,
                buffer(numbers.weights()),
                quantization(numbers.scales(), numbers.zeroPoint(), numbers.dimension()));
        if (numbers.bias().length == 0) {
            return new int[] {from, weights, -1};
        }
        var data = b.createUnintializedVector(1, Integer.BYTES * numbers.bias().length, ALIGNMENT);
        for (int value : numbers.bias()) {
            data.putInt(value);
        }
        buffers.add(Buffer.createBuffer(b, b.endVector(), 0, 0));
        int buffer = buffers.size() - 1;
        float[] scales = numbers.scales().clone();
        for (int i = 0; i < scales.length; i++) {
            scales[i] *= inputScale;
        }
        int bias = tensor(
                "bias" + number, List.of(numbers.bias().length), TensorType.INT32, buffer, quantization(scales, 0, 0));
        return new int[] {from, weights, bias};
    }

    private static byte code(Activation activation) {
        return (byte) (activation == Activation.NONE ? 0 : activation == Activation.RELU ? 1 : 3);
    }

    private int table(int slots, Runnable fields) {
        b.startTable(slots);
        fields.run();
        return b.endTable();
    }

    private void operator(int builtin, int[] inputs, int output, int optionsType, int options) {
        int code = codes.computeIfAbsent(builtin, key -> codes.size());
        int outputs = Operator.createOutputsVector(b, new int[] {output});
        int list = Operator.createInputsVector(b, inputs);
        Operator.startOperator(b);
        if (options != 0) {
            Operator.addBuiltinOptions(b, options);
            Operator.addBuiltinOptionsType(b, (byte) optionsType);
        }
        Operator.addOutputs(b, outputs);
        Operator.addInputs(b, list);
        Operator.addOpcodeIndex(b, code);
        operators.add(Operator.endOperator(b));
    }

    private int buffer(byte[] bytes) {
        b.createUnintializedVector(1, bytes.length, ALIGNMENT).put(bytes);
        buffers.add(Buffer.createBuffer(b, b.endVector(), 0, 0));
        return buffers.size() - 1;
    }

    private int quantization(float[] scales, long zeroPoint, int dimension) {
        long[] zeroPoints = new long[scales.length];
        Arrays.fill(zeroPoints, zeroPoint);
        int zeros = QuantizationParameters.createZeroPointVector(b, zeroPoints);
        int factors = QuantizationParameters.createScaleVector(b, scales);
        QuantizationParameters.startQuantizationParameters(b);
        QuantizationParameters.addZeroPoint(b, zeros);
        QuantizationParameters.addScale(b, factors);
        QuantizationParameters.addQuantizedDimension(b, dimension);
        return QuantizationParameters.endQuantizationParameters(b);
    }

    private int tensor(String name, List<Integer> dimensions, TensorType type, int buffer, int quantization) {
        int text = b.createString(name);
        int shape = Tensor.createShapeVector(b, ints(dimensions));
        Tensor.startTensor(b);
        Tensor.addQuantization(b, quantization);
        Tensor.addName(b, text);
        Tensor.addBuffer(b, buffer);
        Tensor.addShape(b, shape);
        Tensor.addType(b, (byte) type.code());
        tensors.add(Tensor.endTensor(b));
        return tensors.size() - 1;
    }

    /** The whole model from its input to its output. */
    public byte[] build(String description, int input, int output) {
        int graph = SubGraph.createSubGraph(
                b,
                SubGraph.createTensorsVector(b, ints(tensors)),
                SubGraph.createInputsVector(b, new int[] {input}),
                SubGraph.createOutputsVector(b, new int[] {output}),
                SubGraph.createOperatorsVector(b, ints(operators)),
                b.createString("main"));
        int subgraphs = Model.createSubgraphsVector(b, new int[] {graph});
        List<Integer> written = new ArrayList<>();
        for (int builtin : codes.keySet()) {
            int version = builtin == CONVOLUTION || builtin == DEPTHWISE ? 3 : builtin == FULLY_CONNECTED ? 4 : 2;
            written.add(OperatorCode.createOperatorCode(b, (byte) builtin, 0, version, builtin));
        }
        int codeVector = Model.createOperatorCodesVector(b, ints(written));
        int bufferVector = Model.createBuffersVector(b, ints(buffers));
        int text = b.createString(description);
        Model.startModel(b);
        Model.addBuffers(b, bufferVector);
        Model.addDescription(b, text);
        Model.addSubgraphs(b, subgraphs);
        Model.addOperatorCodes(b, codeVector);
        Model.addVersion(b, 3);
        b.finish(Model.endModel(b), "TFL3");
        return b.sizedByteArray();
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
