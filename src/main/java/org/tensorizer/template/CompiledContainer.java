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
public final class CompiledContainer {
    private static final int PAGE = 4096;
    private static final int OPTIONS_ALIGNMENT = 16;
    private static final int MIN_RUNTIME_VERSION = 14;

    private final Assembly assembly;
    private final HostGraph graph;
    private final NestedFlatBuffer parameterCaching;
    private final byte[] executionOnly;
    private final NestedFlatBuffer multiExecutable;
    private final NestedFlatBuffer edgePackage;
    private final NestedFlatBuffer model;

    /** @param graph what stands around the custom op */
    public CompiledContainer(Assembly assembly, HostGraph graph) {
        this.assembly = assembly;
        this.graph = graph;
        ExecutableWriter executables = new ExecutableWriter(assembly);
        parameterCaching = new NestedFlatBuffer(executables::parameterCaching, "", assembly.parameterBytes(), PAGE);
        executionOnly = bytes(new NestedFlatBuffer(executables::executionOnly, "", 0, PAGE));
        multiExecutable = new NestedFlatBuffer(this::multiExecutable, "", parameterCaching.size(), PAGE);
        edgePackage = new NestedFlatBuffer(CompiledContainer::edgePackage, "DWN1", multiExecutable.size(), PAGE);
        model = new NestedFlatBuffer(this::model, "TFL3", CustomOptions.size(edgePackage.size()), OPTIONS_ALIGNMENT);
    }

    /** @param payload fills the {@code parameterBytes} of the payload, which come zeroed, positioned at 0 */
    public byte[] write(Consumer<ByteBuffer> payload) {
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
        return graph.write(b, assembly.description(), gap);
    }
}
