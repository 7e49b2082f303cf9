package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.isa.DenseShape;
import org.tensorizer.isa.Quantization;
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
import org.tensorizer.model.schema.TensorType;

/**
 * Writes the uncompiled quantized .tflite of a Dense layer: the oracle for TFLite's CPU kernels, and the input for
 * edgetpu_compiler where a user has it.
 *
 * <p>INT8 tensors: one FULLY_CONNECTED. UINT8 tensors: the same between two QUANTIZE, as converters write it (the CPU
 * kernels take per-channel weights in int8 only). Operator versions are the lowest that hold these features (4 and 1), so
 * that the compiler of 2021 still reads them.
 *
 * <p>Deterministic: the same layer gives the same bytes, whatever its token.
 */
public final class SourceModelWriter {
    private static final int FULLY_CONNECTED_VERSION = 4;
    private static final int WEIGHTS_BUFFER = 1;
    private static final int BIAS_BUFFER = 2;
    private static final int BUFFER_ALIGNMENT = 16;
    private static final int ROOM = 4096;

    private final DenseSpec spec;
    private final FlatBufferBuilder b;
    private final List<Integer> tensors = new ArrayList<>();

    private SourceModelWriter(DenseSpec spec) {
        this.spec = spec;
        int perChannel = 12 * (spec.weightScales().length + spec.bias().length) + 16 * spec.bias().length;
        this.b = new FlatBufferBuilder(spec.weightsInPlace().length + perChannel + ROOM);
    }

    /** @return a whole .tflite */
    public static byte[] write(DenseSpec spec) {
        return new SourceModelWriter(spec).model();
    }

    private byte[] model() {
        int description = b.createString("Dense " + spec.shape().inputs() + " -> "
                + spec.shape().outputs() + " written by Tensorizer, not compiled");
        int buffers = buffers();
        int subgraph = subgraph();
        int codes = Model.createOperatorCodesVector(b, codes());
        int subgraphs = Model.createSubgraphsVector(b, new int[] {subgraph});
        Model.startModel(b);
        Model.addBuffers(b, buffers);
        Model.addDescription(b, description);
        Model.addSubgraphs(b, subgraphs);
        Model.addOperatorCodes(b, codes);
        Model.addVersion(b, 3);
        Model.finishModelBuffer(b, Model.endModel(b));
        return b.sizedByteArray();
    }

    private int buffers() {
        int[] bias = spec.bias();
        int[] buffers = new int[bias.length == 0 ? 2 : 3];
        if (bias.length > 0) {
            var data = b.createUnintializedVector(1, 4 * bias.length, BUFFER_ALIGNMENT);
            for (int value : bias) {
                data.putInt(value);
            }
            buffers[BIAS_BUFFER] = Buffer.createBuffer(b, b.endVector(), 0, 0);
        }
        b.createUnintializedVector(1, spec.weightsInPlace().length, BUFFER_ALIGNMENT)
                .put(spec.weightsInPlace());
        buffers[WEIGHTS_BUFFER] = Buffer.createBuffer(b, b.endVector(), 0, 0);
        Buffer.startBuffer(b);
        buffers[0] = Buffer.endBuffer(b);
        return Model.createBuffersVector(b, buffers);
    }

    private int subgraph() {
        DenseShape shape = spec.shape();
        Quantization q = spec.quantization();
        int weights = weights();
        int bias = shape.format().hasBias() ? bias() : -1;
        int[] operators;
        int input;
        int output;
        if (spec.signed()) {
            input = edge(spec.inputName(), shape.inputs(), true, q.inputScale(), q.inputZeroPoint());
            output = edge(spec.outputName(), shape.outputs(), true, q.outputScale(), q.outputZeroPoint());
            operators = new int[] {dense(input, weights, bias, output)};
        } else {
            input = edge(spec.inputName(), shape.inputs(), false, q.inputScale(), q.inputZeroPoint());
            int in = edge("quantized_input", shape.inputs(), true, q.inputScale(), q.inputZeroPoint());
            int out = edge("quantized_output", shape.outputs(), true, q.outputScale(), q.outputZeroPoint());
            output = edge(spec.outputName(), shape.outputs(), false, q.outputScale(), q.outputZeroPoint());
            operators = new int[] {quantize(input, in), dense(in, weights, bias, out), quantize(out, output)};
        }
        int name = b.createString("main");
        int list = SubGraph.createOperatorsVector(b, operators);
        int outputs = SubGraph.createOutputsVector(b, new int[] {output});
        int inputs = SubGraph.createInputsVector(b, new int[] {input});
        int all = SubGraph.createTensorsVector(
                b, tensors.stream().mapToInt(Integer::intValue).toArray());
        return SubGraph.createSubGraph(b, all, inputs, outputs, list, name);
    }

    private int[] codes() {
        int dense = OperatorCode.createOperatorCode(
                b, (byte) BuiltinOperator.FULLY_CONNECTED, 0, FULLY_CONNECTED_VERSION, BuiltinOperator.FULLY_CONNECTED);
        if (spec.signed()) {
            return new int[] {dense};
        }
        int quantize =
                OperatorCode.createOperatorCode(b, (byte) BuiltinOperator.QUANTIZE, 0, 1, BuiltinOperator.QUANTIZE);
        return new int[] {dense, quantize};
    }

    private int dense(int input, int weights, int bias, int output) {
        byte activation = switch (spec.shape().activation()) {
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
        return Operator.endOperator(b);
    }

    private int quantize(int from, int to) {
        int outputs = Operator.createOutputsVector(b, new int[] {to});
        int inputs = Operator.createInputsVector(b, new int[] {from});
        Operator.startOperator(b);
        Operator.addOutputs(b, outputs);
        Operator.addInputs(b, inputs);
        Operator.addOpcodeIndex(b, 1);
        return Operator.endOperator(b);
    }

    private int edge(String name, int channels, boolean signed, float scale, int zeroPoint) {
        int quantization = quantization(new float[] {scale}, signed ? zeroPoint - 128L : zeroPoint);
        return tensor(name, new int[] {1, channels}, signed ? TensorType.INT8 : TensorType.UINT8, 0, quantization);
    }

    private int weights() {
        float[] scales = spec.weightScales();
        if (scales.length == 0) {
            scales = new float[] {spec.quantization().weightScale()};
        }
        int quantization = quantization(scales, spec.quantization().weightZeroPoint() - 128L);
        int[] shape = {spec.shape().outputs(), spec.shape().inputs()};
        return tensor("weights", shape, TensorType.INT8, WEIGHTS_BUFFER, quantization);
    }

    private int bias() {
        float[] scales = spec.weightScales();
        if (scales.length == 0) {
            scales = new float[] {spec.quantization().weightScale()};
        }
        for (int i = 0; i < scales.length; i++) {
            scales[i] *= spec.quantization().inputScale();
        }
        int[] shape = {spec.shape().outputs()};
        return tensor("bias", shape, TensorType.INT32, BIAS_BUFFER, quantization(scales, 0));
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
    private int tensor(String name, int[] dimensions, byte type, int buffer, int quantization) {
        int text = b.createString(name);
        int shape = Tensor.createShapeVector(b, dimensions);
        Tensor.startTensor(b);
        Tensor.addQuantization(b, quantization);
        Tensor.addName(b, text);
        Tensor.addBuffer(b, buffer);
        Tensor.addShape(b, shape);
        Tensor.addType(b, type);
        tensors.add(Tensor.endTensor(b));
        return tensors.size() - 1;
    }
}
