package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.schema.ActivationFunctionType;
import org.tensorizer.model.schema.Buffer;
import org.tensorizer.model.schema.BuiltinOperator;
import org.tensorizer.model.schema.BuiltinOptions;
import org.tensorizer.model.schema.FullyConnectedOptions;
import org.tensorizer.model.schema.Model;
import org.tensorizer.model.schema.Operator;
import org.tensorizer.model.schema.OperatorCode;
import org.tensorizer.model.schema.QuantizationParameters;
import org.tensorizer.model.schema.SubGraph;
import org.tensorizer.model.schema.Tensor;

/**
 * Writes the uncompiled quantized .tflite of a Dense layer or a chain of them: the oracle for TFLite's CPU kernels, and
 * the input for edgetpu_compiler where a user has it.
 *
 * <p>INT8 tensors: a FULLY_CONNECTED for each layer. UINT8 tensors: the same between two QUANTIZE, as converters write it
 * (the CPU kernels take per-channel weights in int8 only). Operator versions are the lowest that hold these features (4
 * and 1), so that the compiler of 2021 still reads them.
 *
 * <p>Deterministic: the same layers give the same bytes, whatever their token.
 */
public final class SourceModelWriter {
    private static final int FULLY_CONNECTED_VERSION = 4;
    private static final int BUFFER_ALIGNMENT = 16;
    private static final int ROOM = 4096;

    private final ChainSpec chain;
    private final FlatBufferBuilder b;
    private final List<Integer> buffers = new ArrayList<>();
    private final List<Integer> tensors = new ArrayList<>();
    private final List<Integer> operators = new ArrayList<>();

    private SourceModelWriter(ChainSpec chain) {
        this.chain = chain;
        int room = ROOM;
        for (DenseSpec layer : chain.layers()) {
            room += layer.weightsInPlace().length + 40 * layer.shape().outputs() + 1024;
        }
        this.b = new FlatBufferBuilder(room);
    }

    /** @return a whole .tflite */
    public static byte[] write(DenseSpec spec) {
        return write(new ChainSpec(List.of(spec)));
    }

    /** @return a whole .tflite with one FULLY_CONNECTED for each layer */
    public static byte[] write(ChainSpec chain) {
        return new SourceModelWriter(chain).model();
    }

    private byte[] model() {
        String layers = chain.shapes().stream().map(DenseShape::toString).collect(Collectors.joining("; "));
        int description = b.createString(layers + ", written by Tensorizer, not compiled");
        Buffer.startBuffer(b);
        buffers.add(Buffer.endBuffer(b)); // number 0 is the empty one
        int subgraphs = Model.createSubgraphsVector(b, new int[] {subgraph()});
        int codes = Model.createOperatorCodesVector(b, codes());
        int data = Model.createBuffersVector(b, ints(buffers));
        Model.startModel(b);
        Model.addBuffers(b, data);
        Model.addDescription(b, description);
        Model.addSubgraphs(b, subgraphs);
        Model.addOperatorCodes(b, codes);
        Model.addVersion(b, 3);
        Model.finishModelBuffer(b, Model.endModel(b));
        return b.sizedByteArray();
    }

    private int[] codes() {
        int dense = OperatorCode.createOperatorCode(
                b, (byte) BuiltinOperator.FULLY_CONNECTED, 0, FULLY_CONNECTED_VERSION, BuiltinOperator.FULLY_CONNECTED);
        if (chain.first().inputDomain().signed() && chain.last().outputDomain().signed()) {
            return new int[] {dense};
        }
        int quantize =
                OperatorCode.createOperatorCode(b, (byte) BuiltinOperator.QUANTIZE, 0, 1, BuiltinOperator.QUANTIZE);
        return new int[] {dense, quantize};
    }

    private int subgraph() {
        DenseSpec first = chain.first();
        TensorDomain given = first.inputDomain();
        TensorDomain wanted = chain.last().outputDomain();
        int input = inputEdge(first, first.inputName(), given.type());
        int current = input;
        if (!given.signed()) {
            current = inputEdge(first, "quantized_input", TensorType.INT8);
            quantize(input, current);
        }
        int last = chain.layers().size() - 1;
        for (int i = 0; i <= last; i++) {
            DenseSpec layer = chain.layers().get(i);
            String name = i < last ? "layer_" + i : wanted.signed() ? layer.outputName() : "quantized_output";
            current = dense(layer, current, name, chain.layers().size() == 1 ? "" : "_" + i);
        }
        int output = current;
        if (!wanted.signed()) {
            output = outputEdge(chain.last(), chain.last().outputName(), wanted.type());
            quantize(current, output);
        }
        int name = b.createString("main");
        int list = SubGraph.createOperatorsVector(b, ints(operators));
        int outputs = SubGraph.createOutputsVector(b, new int[] {output});
        int inputs = SubGraph.createInputsVector(b, new int[] {input});
        int all = SubGraph.createTensorsVector(b, ints(tensors));
        return SubGraph.createSubGraph(b, all, inputs, outputs, list, name);
    }

    /** @return the index of the layer's output tensor */
    private int dense(DenseSpec layer, int input, String outputName, String suffix) {
        int weights = weights(layer, "weights" + suffix);
        int bias = layer.shape().format().hasBias() ? bias(layer, "bias" + suffix) : -1;
        int output = outputEdge(layer, outputName, TensorType.INT8);
        byte activation = switch (layer.shape().activation()) {
            case NONE -> ActivationFunctionType.NONE;
            case RELU -> ActivationFunctionType.RELU;
            case RELU6 -> ActivationFunctionType.RELU6;
        };
        int options = FullyConnectedOptions.createFullyConnectedOptions(b, activation, (byte) 0, false, false);
        int outputs = Operator.createOutputsVector(b, new int[] {output});
        int inputs = Operator.createInputsVector(b, new int[] {input, weights, bias});
        Operator.startOperator(b);
        Operator.addBuiltinOptions(b, options);
        Operator.addOutputs(b, outputs);
        Operator.addInputs(b, inputs);
        Operator.addBuiltinOptionsType(b, BuiltinOptions.FullyConnectedOptions);
        operators.add(Operator.endOperator(b));
        return output;
    }

    private void quantize(int from, int to) {
        int outputs = Operator.createOutputsVector(b, new int[] {to});
        int inputs = Operator.createInputsVector(b, new int[] {from});
        Operator.startOperator(b);
        Operator.addOutputs(b, outputs);
        Operator.addInputs(b, inputs);
        Operator.addOpcodeIndex(b, 1);
        operators.add(Operator.endOperator(b));
    }

    private int inputEdge(DenseSpec layer, String name, TensorType type) {
        Quantization q = layer.quantization();
        return edge(name, layer.shape().inputs(), q.inputScale(), TensorDomain.ofChip(type, q.inputZeroPoint()));
    }

    private int outputEdge(DenseSpec layer, String name, TensorType type) {
        Quantization q = layer.quantization();
        return edge(name, layer.shape().outputs(), q.outputScale(), TensorDomain.ofChip(type, q.outputZeroPoint()));
    }

    private int edge(String name, int channels, float scale, TensorDomain domain) {
        int quantization = quantization(new float[] {scale}, domain.zeroPoint());
        return tensor(name, new int[] {1, channels}, domain.type(), 0, quantization);
    }

    private int weights(DenseSpec layer, String name) {
        b.createUnintializedVector(1, layer.weightsInPlace().length, BUFFER_ALIGNMENT)
                .put(layer.weightsInPlace());
        int buffer = buffer(b.endVector());
        int quantization = quantization(scales(layer), layer.quantization().weightZeroPoint() - 128L);
        int[] shape = {layer.shape().outputs(), layer.shape().inputs()};
        return tensor(name, shape, TensorType.INT8, buffer, quantization);
    }

    private int bias(DenseSpec layer, String name) {
        int[] bias = layer.bias();
        var data = b.createUnintializedVector(1, Integer.BYTES * bias.length, BUFFER_ALIGNMENT);
        for (int value : bias) {
            data.putInt(value);
        }
        int buffer = buffer(b.endVector());
        float[] scales = scales(layer);
        for (int i = 0; i < scales.length; i++) {
            scales[i] *= layer.quantization().inputScale();
        }
        return tensor(name, new int[] {bias.length}, TensorType.INT32, buffer, quantization(scales, 0));
    }

    private int buffer(int data) {
        buffers.add(Buffer.createBuffer(b, data, 0, 0));
        return buffers.size() - 1;
    }

    /** One scale, or one for each output channel. */
    private static float[] scales(DenseSpec layer) {
        return layer.shape().format().isPerChannel()
                ? layer.weightScales()
                : new float[] {layer.quantization().weightScale()};
    }

    /** Several scales belong to dimension 0, the output channels, which is the default. */
    private int quantization(float[] scales, long zeroPoint) {
        long[] zeroPoints = new long[scales.length];
        Arrays.fill(zeroPoints, zeroPoint);
        int zeros = QuantizationParameters.createZeroPointVector(b, zeroPoints);
        int factors = QuantizationParameters.createScaleVector(b, scales);
        QuantizationParameters.startQuantizationParameters(b);
        QuantizationParameters.addZeroPoint(b, zeros);
        QuantizationParameters.addScale(b, factors);
        return QuantizationParameters.endQuantizationParameters(b);
    }

    /** @return the tensor's index */
    private int tensor(String name, int[] dimensions, TensorType type, int buffer, int quantization) {
        int text = b.createString(name);
        int shape = Tensor.createShapeVector(b, dimensions);
        Tensor.startTensor(b);
        Tensor.addQuantization(b, quantization);
        Tensor.addName(b, text);
        Tensor.addBuffer(b, buffer);
        Tensor.addShape(b, shape);
        Tensor.addType(b, (byte) type.code());
        tensors.add(Tensor.endTensor(b));
        return tensors.size() - 1;
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
