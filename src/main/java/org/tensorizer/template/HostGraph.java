package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * The TFLite graph around the custom op of a compiled model: nothing but its input and output, or operators of the source
 * that stay on the host, before and behind it, with their tensors and constants.
 */
public final class HostGraph {
    private static final int ALIGNMENT = 16;

    private final Assembly.Edge input;
    private final Assembly.Edge output;
    private final List<org.tensorizer.model.Operator> before;
    private final List<org.tensorizer.model.Operator> behind;
    private final TfliteModel source;
    private final int inputTensor;
    private final int outputTensor;

    private HostGraph(
            Assembly.Edge input,
            Assembly.Edge output,
            TfliteModel source,
            int inputTensor,
            int outputTensor,
            List<org.tensorizer.model.Operator> before,
            List<org.tensorizer.model.Operator> behind) {
        this.input = input;
        this.output = output;
        this.source = source;
        this.inputTensor = inputTensor;
        this.outputTensor = outputTensor;
        this.before = before;
        this.behind = behind;
    }

    /** The custom op alone. */
    public static HostGraph around(Assembly assembly) {
        return new HostGraph(assembly.input(), assembly.output(), null, 0, 1, List.of(), List.of());
    }

    /**
     * The custom op in the place of some operators of a source.
     *
     * @param inputTensor tensor of the source that the custom op takes
     * @param outputTensor the one it gives
     * @param before operators that stay in front of it, in order
     * @param behind operators that stay behind it
     */
    public static HostGraph of(
            Assembly assembly,
            TfliteModel source,
            int inputTensor,
            int outputTensor,
            List<org.tensorizer.model.Operator> before,
            List<org.tensorizer.model.Operator> behind) {
        return new HostGraph(assembly.input(), assembly.output(), source, inputTensor, outputTensor, before, behind);
    }

    /** @return the root table of the model; the gap takes the custom options */
    int write(FlatBufferBuilder b, String description, NestedFlatBuffer.Gap gap) {
        return new Writer(b).write(description, gap);
    }

    /** Numbers tensors, buffers and operator codes as they are used. */
    private final class Writer {
        private final FlatBufferBuilder b;
        private final Map<Integer, Integer> numbers = new LinkedHashMap<>();
        private final List<Integer> tensors = new ArrayList<>();
        private final List<Integer> buffers = new ArrayList<>();
        private final Map<List<Object>, Integer> codes = new LinkedHashMap<>();

        Writer(FlatBufferBuilder b) {
            this.b = b;
        }

        int write(String description, NestedFlatBuffer.Gap gap) {
            b.createUnintializedVector(1, 0, ALIGNMENT);
            buffers.add(Buffer.createBuffer(b, b.endVector(), 0, 0));
            tensors.add(edge(input));
            tensors.add(edge(output));
            numbers.put(inputTensor, 0);
            numbers.put(outputTensor, 1);
            List<Integer> operators = new ArrayList<>();
            int custom = code(BuiltinOperator.CUSTOM, org.tensorizer.model.Operator.EDGE_TPU, 1);
            before.forEach(operator -> operators.add(operator(operator)));
            operators.add(customOp(custom, gap.vector(b, ALIGNMENT)));
            behind.forEach(operator -> operators.add(operator(operator)));
            int[] inputs = source == null ? new int[] {0} : numbers(source.inputs());
            int[] outputs = source == null ? new int[] {1} : numbers(source.outputs());
            int graph = SubGraph.createSubGraph(
                    b,
                    SubGraph.createTensorsVector(b, ints(tensors)),
                    SubGraph.createInputsVector(b, inputs),
                    SubGraph.createOutputsVector(b, outputs),
                    SubGraph.createOperatorsVector(b, ints(operators)),
                    b.createString("main"));
            int subgraphs = Model.createSubgraphsVector(b, new int[] {graph});
            int codeVector = Model.createOperatorCodesVector(b, codes());
            int bufferVector = Model.createBuffersVector(b, ints(buffers));
            int text = b.createString(description);
            Model.startModel(b);
            Model.addBuffers(b, bufferVector);
            Model.addDescription(b, text);
            Model.addSubgraphs(b, subgraphs);
            Model.addOperatorCodes(b, codeVector);
            Model.addVersion(b, 3);
            return Model.endModel(b);
        }

        private int customOp(int code, int options) {
            int in = Operator.createInputsVector(b, new int[] {0});
            int out = Operator.createOutputsVector(b, new int[] {1});
            Operator.startOperator(b);
            Operator.addCustomOptions(b, options);
            Operator.addOutputs(b, out);
            Operator.addInputs(b, in);
            Operator.addOpcodeIndex(b, code);
            return Operator.endOperator(b);
        }

        private int operator(org.tensorizer.model.Operator operator) {
            int code = code(
                    operator.builtinCode(),
                    operator.builtinCode() == BuiltinOperator.CUSTOM ? operator.name() : "",
                    operator.version());
            int in = Operator.createInputsVector(b, numbers(operator.inputs()));
            int out = Operator.createOutputsVector(b, numbers(operator.outputs()));
            CopiedOptions options = CopiedOptions.of(source, operator);
            int table = options.write(b);
            int custom = operator.customOptions().length() == 0
                    ? 0
                    : Operator.createCustomOptionsVector(b, source.bytes(operator.customOptions()));
            Operator.startOperator(b);
            if (custom != 0) {
                Operator.addCustomOptions(b, custom);
            }
            if (table != 0) {
                Operator.addBuiltinOptions(b, table);
                Operator.addBuiltinOptionsType(b, (byte) options.type());
            }
            Operator.addOutputs(b, out);
            Operator.addInputs(b, in);
            Operator.addOpcodeIndex(b, code);
            return Operator.endOperator(b);
        }

        private int code(int builtin, String name, int version) {
            return codes.computeIfAbsent(List.of(builtin, name, version), key -> codes.size());
        }

        private int[] codes() {
            List<Integer> written = new ArrayList<>();
            for (List<Object> code : codes.keySet()) {
                int builtin = (int) code.get(0);
                String name = (String) code.get(1);
                written.add(OperatorCode.createOperatorCode(
                        b,
                        (byte) Math.min(builtin, 127),
                        name.isEmpty() ? 0 : b.createString(name),
                        (int) code.get(2),
                        builtin));
            }
            return ints(written);
        }

        private int[] numbers(List<Integer> indices) {
            return indices.stream()
                    .mapToInt(index -> index < 0 ? -1 : number(index))
                    .toArray();
        }

        private int number(int index) {
            Integer known = numbers.get(index);
            if (known != null) {
                return known;
            }
            org.tensorizer.model.Tensor tensor = source.tensors().get(index);
            int buffer = 0;
            if (tensor.data().length() > 0) {
                b.createUnintializedVector(1, tensor.data().length(), ALIGNMENT).put(source.bytes(tensor.data()));
                buffer = buffers.size();
                buffers.add(Buffer.createBuffer(b, b.endVector(), 0, 0));
            }
            int number = tensors.size();
            tensors.add(tensor(tensor, buffer));
            numbers.put(index, number);
            return number;
        }

        private int tensor(org.tensorizer.model.Tensor tensor, int buffer) {
            float[] scales = new float[tensor.scales().size()];
            long[] zeroPoints = new long[tensor.zeroPoints().size()];
            for (int i = 0; i < scales.length; i++) {
                scales[i] = tensor.scales().get(i);
            }
            for (int i = 0; i < zeroPoints.length; i++) {
                zeroPoints[i] = tensor.zeroPoints().get(i);
            }
            int quantization = scales.length == 0 ? 0 : quantization(scales, zeroPoints, tensor.quantizedDimension());
            int name = b.createString(tensor.name());
            int shape = Tensor.createShapeVector(b, ints(tensor.shape()));
            Tensor.startTensor(b);
            if (quantization != 0) {
                Tensor.addQuantization(b, quantization);
            }
            Tensor.addName(b, name);
            Tensor.addBuffer(b, buffer);
            Tensor.addShape(b, shape);
            Tensor.addIsVariable(b, tensor.variable());
            Tensor.addType(b, (byte) tensor.type().ordinal());
            return Tensor.endTensor(b);
        }

        private int quantization(float[] scales, long[] zeroPoints, int dimension) {
            int zeroPoint = QuantizationParameters.createZeroPointVector(b, zeroPoints);
            int scale = QuantizationParameters.createScaleVector(b, scales);
            QuantizationParameters.startQuantizationParameters(b);
            QuantizationParameters.addZeroPoint(b, zeroPoint);
            QuantizationParameters.addScale(b, scale);
            QuantizationParameters.addQuantizedDimension(b, dimension);
            return QuantizationParameters.endQuantizationParameters(b);
        }

        private int edge(Assembly.Edge edge) {
            int quantization = quantization(
                    new float[] {edge.scale()}, new long[] {edge.domain().zeroPoint()}, 0);
            int name = b.createString(edge.name());
            int shape = Tensor.createShapeVector(b, ints(edge.shape()));
            Tensor.startTensor(b);
            Tensor.addQuantization(b, quantization);
            Tensor.addName(b, name);
            Tensor.addShape(b, shape);
            Tensor.addType(b, (byte) edge.domain().type().ordinal());
            return Tensor.endTensor(b);
        }
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
