package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.tensorizer.isa.Program;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.schema.Buffer;
import org.tensorizer.model.schema.BuiltinOperator;
import org.tensorizer.model.schema.Model;
import org.tensorizer.model.schema.MultiExecutable;
import org.tensorizer.model.schema.Operator;
import org.tensorizer.model.schema.OperatorCode;
import org.tensorizer.model.schema.Package;
import org.tensorizer.model.schema.QuantizationParameters;
import org.tensorizer.model.schema.SubGraph;
import org.tensorizer.model.schema.Tensor;
import org.tensorizer.model.schema.TensorType;

/**
 * A compiled .tflite, level by level: TFLite model, custom op options, package, multi-executable, executables.
 *
 * <p>Payload, executables and multi-executable start on 4096-byte boundaries of what holds them, as the compiler writes
 * them: USB would do with 4, PCIe maps whole pages.
 */
final class CompiledContainer {
    private static final int PAGE = 4096;
    private static final int OPTIONS_ALIGNMENT = 16;
    private static final int MIN_RUNTIME_VERSION = 14;

    private final Assembly assembly;
    private final NestedFlatBuffer parameterCaching;
    private final byte[] executionOnly;
    private final NestedFlatBuffer multiExecutable;
    private final NestedFlatBuffer edgePackage;
    private final NestedFlatBuffer model;

    CompiledContainer(Assembly assembly) {
        this.assembly = assembly;
        ExecutableWriter executables = new ExecutableWriter(assembly);
        parameterCaching = new NestedFlatBuffer(executables::parameterCaching, "", assembly.parameterBytes(), PAGE);
        executionOnly = bytes(new NestedFlatBuffer(executables::executionOnly, "", 0, PAGE));
        multiExecutable = new NestedFlatBuffer(this::multiExecutable, "", parameterCaching.size(), PAGE);
        edgePackage = new NestedFlatBuffer(CompiledContainer::edgePackage, "DWN1", multiExecutable.size(), PAGE);
        model = new NestedFlatBuffer(this::model, "TFL3", CustomOptions.size(edgePackage.size()), OPTIONS_ALIGNMENT);
    }

    /** @param payload fills the {@code parameterBytes} of the payload, which come zeroed, positioned at 0 */
    byte[] write(Consumer<ByteBuffer> payload) {
        byte[] file = new byte[model.size()];
        ByteBuffer options = model.write(ByteBuffer.wrap(file));
        ByteBuffer place = CustomOptions.write(options, edgePackage.size());
        payload.accept(parameterCaching.write(multiExecutable.write(edgePackage.write(place))));
        return file;
    }

    private static byte[] bytes(NestedFlatBuffer buffer) {
        byte[] bytes = new byte[buffer.size()];
        buffer.write(ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** In the list EXECUTION_ONLY is first, in memory it is last. */
    private int multiExecutable(FlatBufferBuilder b, NestedFlatBuffer.Gap gap) {
        b.prep(PAGE, executionOnly.length + 1);
        b.putByte((byte) 0);
        b.createUnintializedVector(1, executionOnly.length, 1).put(executionOnly);
        int execution = b.endVector();
        int caching = gap.string(b, PAGE);
        int list = MultiExecutable.createSerializedExecutablesVector(b, new int[] {execution, caching});
        return MultiExecutable.createMultiExecutable(b, list);
    }

    private static int edgePackage(FlatBufferBuilder b, NestedFlatBuffer.Gap gap) {
        int executables = gap.vector(b, PAGE);
        int signature = Package.createSignatureVector(b, new byte[0]);
        int compiler = b.createString("cl/");
        int identifier = b.createString("");
        b.forceDefaults(true); // the compiler stores these zeros
        Package.startPackage(b);
        Package.addModelIdentifier(b, identifier);
        Package.addVirtualChipId(b, 0);
        Package.addCompilerVersion(b, compiler);
        Package.addKeypairVersion(b, 0);
        Package.addSignature(b, signature);
        Package.addSerializedMultiExecutable(b, executables);
        Package.addMinRuntimeVersion(b, MIN_RUNTIME_VERSION);
        return Package.endPackage(b);
    }

    private int model(FlatBufferBuilder b, NestedFlatBuffer.Gap gap) {
        int description = b.createString(assembly.description());
        int code = OperatorCode.createOperatorCode(
                b, (byte) BuiltinOperator.CUSTOM, b.createString(org.tensorizer.model.Operator.EDGE_TPU), 1, BuiltinOperator.CUSTOM);
        int codes = Model.createOperatorCodesVector(b, new int[] {code});
        int options = gap.vector(b, OPTIONS_ALIGNMENT);
        int subgraphs = Model.createSubgraphsVector(b, new int[] {subgraph(b, options)});
        b.createUnintializedVector(1, 0, OPTIONS_ALIGNMENT);
        int buffer = Buffer.createBuffer(b, b.endVector(), 0, 0);
        int buffers = Model.createBuffersVector(b, new int[] {buffer});
        Model.startModel(b);
        Model.addBuffers(b, buffers);
        Model.addDescription(b, description);
        Model.addSubgraphs(b, subgraphs);
        Model.addOperatorCodes(b, codes);
        Model.addVersion(b, 3);
        return Model.endModel(b);
    }

    private int subgraph(FlatBufferBuilder b, int options) {
        int name = b.createString("main");
        int in = Operator.createInputsVector(b, new int[] {0});
        int out = Operator.createOutputsVector(b, new int[] {1});
        Operator.startOperator(b);
        Operator.addCustomOptions(b, options);
        Operator.addOutputs(b, out);
        Operator.addInputs(b, in);
        int operators = SubGraph.createOperatorsVector(b, new int[] {Operator.endOperator(b)});
        int outputs = SubGraph.createOutputsVector(b, new int[] {1});
        int inputs = SubGraph.createInputsVector(b, new int[] {0});
        int output = tensor(b, assembly.output());
        int input = tensor(b, assembly.input());
        int tensors = SubGraph.createTensorsVector(b, new int[] {input, output});
        return SubGraph.createSubGraph(b, tensors, inputs, outputs, operators, name);
    }

    private int tensor(FlatBufferBuilder b, Assembly.Edge edge) {
        int name = b.createString(edge.name());
        int zeroPoint = QuantizationParameters.createZeroPointVector(b, new long[] {edge.domain().zeroPoint()});
        int scale = QuantizationParameters.createScaleVector(b, new float[] {edge.scale()});
        QuantizationParameters.startQuantizationParameters(b);
        QuantizationParameters.addZeroPoint(b, zeroPoint);
        QuantizationParameters.addScale(b, scale);
        int quantization = QuantizationParameters.endQuantizationParameters(b);
        int shape = Tensor.createShapeVector(b, new int[] {1, edge.channels()});
        Tensor.startTensor(b);
        Tensor.addQuantization(b, quantization);
        Tensor.addName(b, name);
        Tensor.addShape(b, shape);
        Tensor.addType(b, edge.domain().signed() ? TensorType.INT8 : TensorType.UINT8);
        return Tensor.endTensor(b);
    }

    /**
     * All that stands around the weights in a compiled model of one input and one output vector.
     *
     * @param description the model's description field
     * @param executionOnly the program of an inference
     * @param parameterCaching the program that brings the payload to the chip
     * @param narrowBytesPerTile narrow memory the program uses in each tile
     * @param parameterBytes size of the payload
     * @param token parameter-caching token, not 0, the same in both executables
     */
    record Assembly(
            String description,
            Program executionOnly,
            Program parameterCaching,
            Edge input,
            Edge output,
            int narrowBytesPerTile,
            int parameterBytes,
            long token) {
        /** A vector at the edge of the model. */
        record Edge(String name, int channels, float scale, TensorDomain domain) {
            /** Transfers are in units of 8 bytes. */
            int transferBytes() {
                return (channels + 7) / 8 * 8;
            }
        }
    }
}
