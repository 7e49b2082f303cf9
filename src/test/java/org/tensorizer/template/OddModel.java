package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.schema.Buffer;
import org.tensorizer.model.schema.BuiltinOptions;
import org.tensorizer.model.schema.FullyConnectedOptions;
import org.tensorizer.model.schema.Model;
import org.tensorizer.model.schema.Operator;
import org.tensorizer.model.schema.OperatorCode;
import org.tensorizer.model.schema.QuantizationParameters;
import org.tensorizer.model.schema.SubGraph;
import org.tensorizer.model.schema.Tensor;

/** Builds source models of any kind, right or wrong. Tensors are numbered in the order in which they are added. */
final class OddModel {
    static final int FULLY_CONNECTED = 9;
    static final int RESHAPE = 22;
    static final int SOFTMAX = 25;
    static final int QUANTIZE = 114;
    static final int DEQUANTIZE = 6;

    private final FlatBufferBuilder b = new FlatBufferBuilder(4096);
    private final List<Integer> buffers = new ArrayList<>();
    private final List<Integer> tensors = new ArrayList<>();
    private final List<Integer> codes = new ArrayList<>();
    private final List<Integer> operators = new ArrayList<>();

    OddModel() {
        Buffer.startBuffer(b);
        buffers.add(Buffer.endBuffer(b));
    }

    OddModel activation(TensorType type, float scale, long zeroPoint, int... shape) {
        return tensor(type, null, shape, new float[] {scale}, zeroPoint, false);
    }

    OddModel constant(TensorType type, int bytes, float scale, long zeroPoint, int... shape) {
        return tensor(type, new byte[bytes], shape, new float[] {scale}, zeroPoint, false);
    }

    OddModel constant(byte[] data, TensorType type, float scale, int... shape) {
        return tensor(type, data, shape, new float[] {scale}, 0, false);
    }

    OddModel sparse(int bytes, int... shape) {
        return tensor(TensorType.INT8, new byte[bytes], shape, new float[] {0.01f}, 0, true);
    }

    private OddModel tensor(TensorType type, byte[] data, int[] shape, float[] scales, long zeroPoint, boolean sparse) {
        int buffer = 0;
        if (data != null) {
            int vector = Buffer.createDataVector(b, data);
            buffers.add(Buffer.createBuffer(b, vector, 0, 0));
            buffer = buffers.size() - 1;
        }
        int quantization = 0;
        if (scales[0] != 0) {
            int zeros = QuantizationParameters.createZeroPointVector(b, new long[] {zeroPoint});
            int factors = QuantizationParameters.createScaleVector(b, scales);
            quantization = QuantizationParameters.createQuantizationParameters(b, 0, 0, factors, zeros, (byte) 0, 0, 0);
        }
        b.startTable(0);
        int sparsity = b.endTable();
        int name = b.createString("t" + tensors.size());
        int dimensions = Tensor.createShapeVector(b, shape);
        b.startTable(7); // one more than our schema knows: the sparsity of TFLite's
        b.addOffset(0, dimensions, 0);
        b.addByte(1, (byte) type.code(), 0);
        b.addInt(2, buffer, 0);
        b.addOffset(3, name, 0);
        b.addOffset(4, quantization, 0);
        if (sparse) {
            b.addOffset(6, sparsity, 0);
        }
        tensors.add(b.endTable());
        return this;
    }

    OddModel dense(int input, int weights, int bias, int output) {
        return dense((byte) 0, (byte) 0, input, weights, bias, output);
    }

    OddModel dense(byte activation, byte format, int input, int weights, int bias, int output) {
        int options = FullyConnectedOptions.createFullyConnectedOptions(b, activation, format, false, false);
        return operator(FULLY_CONNECTED, options, new int[] {input, weights, bias}, output);
    }

    OddModel operator(int code, int input, int output) {
        return operator(code, 0, new int[] {input}, output);
    }

    private OddModel operator(int code, int options, int[] from, int to) {
        codes.add(OperatorCode.createOperatorCode(b, (byte) code, 0, 1, code));
        int outputs = Operator.createOutputsVector(b, new int[] {to});
        int inputs = Operator.createInputsVector(b, from);
        Operator.startOperator(b);
        if (options != 0) {
            Operator.addBuiltinOptionsType(b, BuiltinOptions.FullyConnectedOptions);
            Operator.addBuiltinOptions(b, options);
        }
        Operator.addOutputs(b, outputs);
        Operator.addInputs(b, inputs);
        Operator.addOpcodeIndex(b, codes.size() - 1);
        operators.add(Operator.endOperator(b));
        return this;
    }

    TfliteModel build(int input, int output) {
        int list = SubGraph.createOperatorsVector(b, ints(operators));
        int outputs = SubGraph.createOutputsVector(b, new int[] {output});
        int inputs = SubGraph.createInputsVector(b, new int[] {input});
        int all = SubGraph.createTensorsVector(b, ints(tensors));
        int subgraph = SubGraph.createSubGraph(b, all, inputs, outputs, list, 0);
        int subgraphs = Model.createSubgraphsVector(b, new int[] {subgraph});
        int operatorCodes = Model.createOperatorCodesVector(b, ints(codes));
        int data = Model.createBuffersVector(b, ints(buffers));
        Model.startModel(b);
        Model.addBuffers(b, data);
        Model.addSubgraphs(b, subgraphs);
        Model.addOperatorCodes(b, operatorCodes);
        Model.addVersion(b, 3);
        Model.finishModelBuffer(b, Model.endModel(b));
        return TfliteModel.parse("odd.tflite", b.sizedByteArray());
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
