package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.schema.Buffer;
import org.tensorizer.model.schema.BuiltinOperator;
import org.tensorizer.model.schema.Metadata;
import org.tensorizer.model.schema.Model;
import org.tensorizer.model.schema.Operator;
import org.tensorizer.model.schema.OperatorCode;
import org.tensorizer.model.schema.QuantizationParameters;
import org.tensorizer.model.schema.SubGraph;
import org.tensorizer.model.schema.Tensor;

/**
 * Writes a .tflite, tensor by tensor and operator by operator, new ones or ones of another model. Deterministic: the same
 * calls give the same bytes. Used once, by one thread.
 */
public final class TfliteWriter {
    /** Of tensor data. */
    static final int ALIGNMENT = 16;

    private static final int ROOM = 1 << 16;
    private static final int NO_BUFFER = 0;
    private static final int LAST_OLD_CODE = 127;

    private final FlatBufferBuilder b;
    private final List<Integer> buffers = new ArrayList<>();
    private final List<Integer> tensors = new ArrayList<>();
    private final List<Integer> operators = new ArrayList<>();
    private final Map<Code, Integer> codes = new LinkedHashMap<>();

    private record Code(int builtin, String custom, int version) {}

    /** Begins a model. */
    public TfliteWriter() {
        this(new FlatBufferBuilder(ROOM));
    }

    /** Begins a model in a builder that others finish. */
    TfliteWriter(FlatBufferBuilder b) {
        this.b = b;
        buffer(ByteBuffer.allocate(0)); // NO_BUFFER
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
    public int tensor(String name, TensorType type, List<Integer> shape, Scaling scaling, byte[] data) {
        int buffer = data == null ? NO_BUFFER : buffer(ByteBuffer.wrap(data));
        int quantization = 0;
        if (scaling != null) {
            long[] zeroPoints = new long[scaling.scales.length];
            Arrays.fill(zeroPoints, scaling.zeroPoint);
            quantization = quantization(scaling.scales, zeroPoints, scaling.axis);
        }
        return tensor(name, type, shape, quantization, buffer, false);
    }

    /** Adds a constant tensor of int32; see {@link #tensor}. */
    public int integers(String name, List<Integer> shape, Scaling scaling, int... values) {
        ByteBuffer data = ByteBuffer.allocate(Integer.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asIntBuffer().put(values);
        return tensor(name, TensorType.INT32, shape, scaling, data.array());
    }

    /** Adds the biases of a layer, whose scales are those of the input times those of the weights. */
    public int biases(String name, int[] biases, float inputScale, float[] weightScales) {
        float[] scales = new float[weightScales.length];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = inputScale * weightScales[i];
        }
        return integers(name, List.of(biases.length), new Scaling(scales, 0, 0), biases);
    }

    /**
     * Adds a tensor of another model as it is.
     *
     * @return its index
     */
    public int copied(TfliteModel source, org.tensorizer.model.Tensor tensor) {
        int buffer = tensor.data().isEmpty() ? NO_BUFFER : buffer(source.bytes(tensor.data()));
        float[] scales = new float[tensor.scales().size()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = tensor.scales().get(i);
        }
        long[] zeroPoints =
                tensor.zeroPoints().stream().mapToLong(Long::longValue).toArray();
        int quantization = scales.length == 0 ? 0 : quantization(scales, zeroPoints, tensor.quantizedDimension());
        return tensor(tensor.name(), tensor.type(), tensor.shape(), quantization, buffer, tensor.variable());
    }

    private int buffer(ByteBuffer data) {
        b.createUnintializedVector(1, data.remaining(), ALIGNMENT).put(data);
        buffers.add(Buffer.createBuffer(b, b.endVector(), 0, 0));
        return buffers.size() - 1;
    }

    private int quantization(float[] scales, long[] zeroPoints, int axis) {
        int zeros = QuantizationParameters.createZeroPointVector(b, zeroPoints);
        int factors = QuantizationParameters.createScaleVector(b, scales);
        QuantizationParameters.startQuantizationParameters(b);
        QuantizationParameters.addZeroPoint(b, zeros);
        QuantizationParameters.addScale(b, factors);
        QuantizationParameters.addQuantizedDimension(b, axis);
        return QuantizationParameters.endQuantizationParameters(b);
    }

    private int tensor(
            String name, TensorType type, List<Integer> dimensions, int quantization, int buffer, boolean variable) {
        int text = b.createString(name);
        int shape = Tensor.createShapeVector(b, ints(dimensions));
        Tensor.startTensor(b);
        if (quantization != 0) {
            Tensor.addQuantization(b, quantization);
        }
        Tensor.addName(b, text);
        Tensor.addBuffer(b, buffer);
        Tensor.addShape(b, shape);
        Tensor.addIsVariable(b, variable);
        Tensor.addType(b, (byte) type.code());
        tensors.add(Tensor.endTensor(b));
        return tensors.size() - 1;
    }

    /**
     * Adds an operator.
     *
     * @param builtin TFLite's name
     * @param version of its meaning
     * @param inputs tensor indices, -1 for an optional input that is not there
     */
    public void operator(String builtin, int version, List<Integer> inputs, int output, BuiltinFields options) {
        int code = List.of(BuiltinOperator.names).indexOf(builtin);
        if (code < 0) {
            throw new IllegalArgumentException("TFLite has no operator " + builtin);
        }
        operator(code, version, inputs, output, options);
    }

    /** The same by TFLite's number. */
    void operator(int builtin, int version, List<Integer> inputs, int output, BuiltinFields options) {
        operator(
                new Code(builtin, "", version),
                options.write(b),
                options.union(),
                0,
                inputs,
                List.of(output),
                List.of());
    }

    /**
     * Adds a custom operator.
     *
     * @param options its options, a vector in the builder
     */
    void custom(String name, int options, int input, List<Integer> outputs) {
        operator(new Code(BuiltinOperator.CUSTOM, name, 1), 0, 0, options, List.of(input), outputs, List.of());
    }

    /**
     * Adds an operator of another model with its options.
     *
     * @param inputs tensor indices here, -1 for an optional input that is not there
     * @throws org.tensorizer.base.BadInputException its options cannot be taken over
     */
    public void copied(
            TfliteModel source, org.tensorizer.model.Operator operator, List<Integer> inputs, List<Integer> outputs) {
        boolean isCustom = operator.builtinCode() == BuiltinOperator.CUSTOM;
        Code code = new Code(operator.builtinCode(), isCustom ? operator.name() : "", operator.version());
        CopiedOptions options = CopiedOptions.of(source, operator);
        int table = options.write(b);
        int custom = 0;
        if (!operator.customOptions().isEmpty()) {
            ByteBuffer content = source.bytes(operator.customOptions());
            b.createUnintializedVector(1, content.remaining(), ALIGNMENT).put(content);
            custom = b.endVector();
        }
        List<Integer> own = options.intermediates().stream()
                .map(tensor -> tensor < 0 ? -1 : copied(source, source.tensors().get(tensor)))
                .toList();
        operator(code, table, options.type(), custom, inputs, outputs, own);
    }

    private void operator(
            Code code,
            int table,
            int union,
            int custom,
            List<Integer> inputs,
            List<Integer> outputs,
            List<Integer> intermediates) {
        int index = codes.computeIfAbsent(code, c -> codes.size());
        int from = Operator.createInputsVector(b, ints(inputs));
        int to = Operator.createOutputsVector(b, ints(outputs));
        int own = intermediates.isEmpty() ? 0 : Operator.createIntermediatesVector(b, ints(intermediates));
        Operator.startOperator(b);
        if (custom != 0) {
            Operator.addCustomOptions(b, custom);
        }
        if (table != 0) {
            Operator.addBuiltinOptions(b, table);
            Operator.addBuiltinOptionsType(b, (byte) union);
        }
        Operator.addIntermediates(b, own);
        Operator.addOutputs(b, to);
        Operator.addInputs(b, from);
        Operator.addOpcodeIndex(b, index);
        operators.add(Operator.endOperator(b));
    }

    /**
     * Ends the model.
     *
     * @param description who wrote it, and what is made up
     * @return the file
     */
    public byte[] write(List<Integer> inputs, List<Integer> outputs, String description) {
        Model.finishModelBuffer(b, model(inputs, outputs, description, 0));
        return b.sizedByteArray();
    }

    /** The same with a text that is kept in the file under the name {@code metadata}. */
    public byte[] write(List<Integer> inputs, List<Integer> outputs, String description, String metadata, String text) {
        int buffer = buffer(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        int entry = Metadata.createMetadata(b, b.createString(metadata), buffer);
        int entries = Model.createMetadataVector(b, new int[] {entry});
        Model.finishModelBuffer(b, model(inputs, outputs, description, entries));
        return b.sizedByteArray();
    }

    /** @return the root table of a model, without metadata if that is 0; the builder is not finished */
    int model(List<Integer> inputs, List<Integer> outputs, String description, int metadata) {
        int graph = SubGraph.createSubGraph(
                b,
                SubGraph.createTensorsVector(b, ints(tensors)),
                SubGraph.createInputsVector(b, ints(inputs)),
                SubGraph.createOutputsVector(b, ints(outputs)),
                SubGraph.createOperatorsVector(b, ints(operators)),
                b.createString("main"));
        int graphs = Model.createSubgraphsVector(b, new int[] {graph});
        int[] codeTables = codes.keySet().stream()
                .mapToInt(code -> OperatorCode.createOperatorCode(
                        b,
                        (byte) Math.min(code.builtin, LAST_OLD_CODE),
                        code.custom.isEmpty() ? 0 : b.createString(code.custom),
                        code.version,
                        code.builtin))
                .toArray();
        int codeVector = Model.createOperatorCodesVector(b, codeTables);
        int data = Model.createBuffersVector(b, ints(buffers));
        int words = b.createString(description);
        Model.startModel(b);
        if (metadata != 0) {
            Model.addMetadata(b, metadata);
        }
        Model.addBuffers(b, data);
        Model.addDescription(b, words);
        Model.addSubgraphs(b, graphs);
        Model.addOperatorCodes(b, codeVector);
        Model.addVersion(b, 3);
        return Model.endModel(b);
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
