package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.schema.Buffer;
import org.tensorizer.model.schema.BuiltinOperator;
import org.tensorizer.model.schema.Model;
import org.tensorizer.model.schema.Operator;
import org.tensorizer.model.schema.OperatorCode;
import org.tensorizer.model.schema.QuantizationParameters;
import org.tensorizer.model.schema.SubGraph;
import org.tensorizer.model.schema.Tensor;

/**
 * Writes a .tflite of ordinary operators, tensor by tensor and operator by operator. Deterministic. Used once, by one
 * thread.
 */
public final class PlainModelWriter {
    private static final int ALIGNMENT = 16;
    private static final int ROOM = 1 << 16;

    private final FlatBufferBuilder b = new FlatBufferBuilder(ROOM);
    private final List<Integer> buffers = new ArrayList<>();
    private final List<Integer> tensors = new ArrayList<>();
    private final List<Integer> operators = new ArrayList<>();
    private final Map<Code, Integer> codes = new LinkedHashMap<>();

    private record Code(int builtin, String custom, int version) {}

    /** Begins a model. */
    public PlainModelWriter() {
        Buffer.startBuffer(b);
        buffers.add(Buffer.endBuffer(b)); // number 0 is the empty one
    }

    /**
     * Quantization of a tensor.
     *
     * @param scales one, or one for each index of {@code axis}
     * @param zeroPoint in the domain of the tensor's type, the same for all
     * @param axis dimension of several scales
     */
    public record Scaling(float[] scales, long zeroPoint, int axis) {
        /** One scale for the whole tensor. */
        public static Scaling of(float scale, long zeroPoint) {
            return new Scaling(new float[] {scale}, zeroPoint, 0);
        }
    }

    /**
     * Adds a tensor.
     *
     * @param scaling null if it is not quantized
     * @param data null for an activation
     * @return its index
     */
    public int tensor(String name, TensorType type, int[] shape, Scaling scaling, byte[] data) {
        int buffer = 0;
        if (data != null) {
            b.createUnintializedVector(1, data.length, ALIGNMENT).put(data);
            buffers.add(Buffer.createBuffer(b, b.endVector(), 0, 0));
            buffer = buffers.size() - 1;
        }
        int quantization = 0;
        if (scaling != null) {
            long[] zeros = new long[scaling.scales.length];
            java.util.Arrays.fill(zeros, scaling.zeroPoint);
            int zeroVector = QuantizationParameters.createZeroPointVector(b, zeros);
            int scaleVector = QuantizationParameters.createScaleVector(b, scaling.scales);
            QuantizationParameters.startQuantizationParameters(b);
            QuantizationParameters.addZeroPoint(b, zeroVector);
            QuantizationParameters.addScale(b, scaleVector);
            QuantizationParameters.addQuantizedDimension(b, scaling.axis);
            quantization = QuantizationParameters.endQuantizationParameters(b);
        }
        int text = b.createString(name);
        int dimensions = Tensor.createShapeVector(b, shape);
        Tensor.startTensor(b);
        if (quantization != 0) {
            Tensor.addQuantization(b, quantization);
        }
        Tensor.addName(b, text);
        Tensor.addBuffer(b, buffer);
        Tensor.addShape(b, dimensions);
        Tensor.addType(b, (byte) type.ordinal());
        tensors.add(Tensor.endTensor(b));
        return tensors.size() - 1;
    }

    /**
     * Options of an operator: fields of a table of TFLite's union.
     *
     * @param union number of the table, 0 for no options
     * @param fields values by slot: Byte, Integer, Float or Boolean
     */
    public record Options(int union, Map<Integer, Object> fields) {
        public static final Options NONE = new Options(0, Map.of());
    }

    /**
     * Adds an operator.
     *
     * @param builtin TFLite's name
     * @param version of its meaning
     * @param inputs tensor indices
     */
    public void operator(String builtin, int version, List<Integer> inputs, int output, Options options) {
        int code = List.of(BuiltinOperator.names).indexOf(builtin);
        if (code < 0) {
            throw new IllegalArgumentException("TFLite has no operator " + builtin);
        }
        int index = codes.computeIfAbsent(new Code(code, "", version), c -> codes.size());
        int table = options.union == 0 ? 0 : table(options);
        int outputs = Operator.createOutputsVector(b, new int[] {output});
        int from =
                Operator.createInputsVector(b, inputs.stream().mapToInt(i -> i).toArray());
        Operator.startOperator(b);
        if (table != 0) {
            Operator.addBuiltinOptions(b, table);
            Operator.addBuiltinOptionsType(b, (byte) options.union);
        }
        Operator.addOutputs(b, outputs);
        Operator.addInputs(b, from);
        Operator.addOpcodeIndex(b, index);
        operators.add(Operator.endOperator(b));
    }

    /**
     * Adds a tensor of another model as it is.
     *
     * @return its index
     */
    public int copied(TfliteModel source, org.tensorizer.model.Tensor tensor) {
        byte[] data = null;
        if (!tensor.data().isEmpty()) {
            data = new byte[tensor.data().length()];
            source.bytes(tensor.data()).get(data);
        }
        float[] scales = new float[tensor.scales().size()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = tensor.scales().get(i);
        }
        Scaling scaling = scales.length == 0
                ? null
                : new Scaling(
                        scales,
                        tensor.zeroPoints().isEmpty() ? 0 : tensor.zeroPoints().get(0),
                        tensor.quantizedDimension());
        int[] shape = tensor.shape().stream().mapToInt(i -> i).toArray();
        return tensor(tensor.name(), tensor.type(), shape, scaling, data);
    }

    /**
     * Adds an operator of another model with its options.
     *
     * @param inputs tensor indices here, -1 for an optional input that is not there
     * @throws org.tensorizer.base.BadInputException its options cannot be taken over
     */
    public void copied(
            TfliteModel source, org.tensorizer.model.Operator operator, List<Integer> inputs, List<Integer> outputs) {
        boolean custom = operator.builtinCode() == org.tensorizer.model.Operator.CUSTOM;
        Code code = new Code(operator.builtinCode(), custom ? operator.name() : "", operator.version());
        int index = codes.computeIfAbsent(code, c -> codes.size());
        CopiedOptions options = CopiedOptions.of(source, operator);
        int table = options.write(b);
        int bytes = 0;
        if (!operator.customOptions().isEmpty()) {
            java.nio.ByteBuffer content = source.bytes(operator.customOptions());
            b.createUnintializedVector(1, content.remaining(), ALIGNMENT).put(content);
            bytes = b.endVector();
        }
        int to = Operator.createOutputsVector(b, ints(outputs));
        int from = Operator.createInputsVector(b, ints(inputs));
        Operator.startOperator(b);
        if (table != 0) {
            Operator.addBuiltinOptions(b, table);
            Operator.addBuiltinOptionsType(b, (byte) options.type());
        }
        if (bytes != 0) {
            Operator.addCustomOptions(b, bytes);
        }
        Operator.addOutputs(b, to);
        Operator.addInputs(b, from);
        Operator.addOpcodeIndex(b, index);
        operators.add(Operator.endOperator(b));
    }

    private int table(Options options) {
        int slots = options.fields.keySet().stream().mapToInt(i -> i + 1).max().orElse(0);
        b.startTable(slots);
        for (int slot = 0; slot < slots; slot++) {
            Object value = options.fields.get(slot);
            if (value instanceof Integer number) {
                b.addInt(slot, number, 0);
            } else if (value instanceof Byte number) {
                b.addByte(slot, number, 0);
            } else if (value instanceof Boolean flag) {
                b.addBoolean(slot, flag, false);
            } else if (value instanceof Float number) {
                b.addFloat(slot, number, 0);
            }
        }
        return b.endTable();
    }

    /**
     * Ends the model.
     *
     * @param description who wrote it, and what is made up
     * @param metadata text that is kept in the file under this name
     */
    public byte[] write(List<Integer> inputs, List<Integer> outputs, String description, String metadata, String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        b.createUnintializedVector(1, content.length, ALIGNMENT).put(content);
        buffers.add(Buffer.createBuffer(b, b.endVector(), 0, 0));
        int name = b.createString("main");
        int list = SubGraph.createOperatorsVector(b, ints(operators));
        int out = SubGraph.createOutputsVector(b, ints(outputs));
        int in = SubGraph.createInputsVector(b, ints(inputs));
        int all = SubGraph.createTensorsVector(b, ints(tensors));
        int graph = SubGraph.createSubGraph(b, all, in, out, list, name);
        int graphs = Model.createSubgraphsVector(b, new int[] {graph});
        int[] codeTables = codes.keySet().stream()
                .mapToInt(code -> OperatorCode.createOperatorCode(
                        b,
                        (byte) Math.min(code.builtin, 127),
                        code.custom.isEmpty() ? 0 : b.createString(code.custom),
                        code.version,
                        code.builtin))
                .toArray();
        int codeVector = Model.createOperatorCodesVector(b, codeTables);
        int data = Model.createBuffersVector(b, ints(buffers));
        int words = b.createString(description);
        int metadataName = b.createString(metadata);
        int entry = org.tensorizer.model.schema.Metadata.createMetadata(b, metadataName, buffers.size() - 1);
        int entries = Model.createMetadataVector(b, new int[] {entry});
        Model.startModel(b);
        Model.addMetadata(b, entries);
        Model.addBuffers(b, data);
        Model.addDescription(b, words);
        Model.addSubgraphs(b, graphs);
        Model.addOperatorCodes(b, codeVector);
        Model.addVersion(b, 3);
        Model.finishModelBuffer(b, Model.endModel(b));
        return b.sizedByteArray();
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
