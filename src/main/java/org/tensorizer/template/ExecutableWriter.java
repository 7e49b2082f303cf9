package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Program;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.schema.AnyHint;
import org.tensorizer.model.schema.AnyLayer;
import org.tensorizer.model.schema.DataType;
import org.tensorizer.model.schema.Description;
import org.tensorizer.model.schema.Direction;
import org.tensorizer.model.schema.DmaDescriptorHint;
import org.tensorizer.model.schema.DmaHint;
import org.tensorizer.model.schema.DmaHints;
import org.tensorizer.model.schema.Executable;
import org.tensorizer.model.schema.ExecutableType;
import org.tensorizer.model.schema.FieldOffset;
import org.tensorizer.model.schema.InputLayer;
import org.tensorizer.model.schema.InstructionBitstream;
import org.tensorizer.model.schema.InstructionHint;
import org.tensorizer.model.schema.InterruptHint;
import org.tensorizer.model.schema.Layer;
import org.tensorizer.model.schema.Meta;
import org.tensorizer.model.schema.NumericsConstants;
import org.tensorizer.model.schema.OutputLayer;
import org.tensorizer.model.schema.OutputLayout;
import org.tensorizer.model.schema.Position;
import org.tensorizer.model.schema.Range;
import org.tensorizer.model.schema.TensorShape;

/**
 * The two executables of a compiled model: EXECUTION_ONLY (an inference) and PARAMETER_CACHING (the payload to the chip).
 *
 * <p>Values, and which fields are absent, are those of real compiled Dense models; without the fields that libedgetpu
 * needs it aborts, hangs or resends the payload at each inference (found by leaving them out one at a time). Where a tile
 * has several groups of 64 outputs no output layout was published: its row size is an extrapolation, and the runtime
 * does not read the layout of a vector.
 */
final class ExecutableWriter {
    private static final int PAGE = 4096;

    private final Assembly assembly;

    ExecutableWriter(Assembly assembly) {
        this.assembly = assembly;
    }

    /** The PARAMETER_CACHING executable; its gap is the payload. */
    int parameterCaching(FlatBufferBuilder b, NestedFlatBuffer.Gap payload) {
        int chunks = chunks(b, List.of(assembly.parameterCaching()));
        int parameters = payload.vector(b, PAGE);
        int hints = hints(
                b,
                instructionHint(b, 0),
                descriptorHint(b, Description.PARAMETER, "", 0, assembly.parameterBytes(), Direction.INFEED),
                interruptHint(b));
        int name = b.createString("Unknown"); // the compiler's own word
        int chip = b.createString(org.tensorizer.model.Executable.EDGE_TPU);
        Executable.startExecutable(b);
        Executable.addParameterCachingToken(b, assembly.token());
        Executable.addChip(b, chip);
        Executable.addDmaHints(b, hints);
        Executable.addParameters(b, parameters);
        Executable.addInstructionBitstreams(b, chunks);
        Executable.addBatchSize(b, 1);
        Executable.addName(b, name);
        Executable.addType(b, ExecutableType.PARAMETER_CACHING);
        return Executable.endExecutable(b);
    }

    /** The EXECUTION_ONLY executable; its gap is what the host sends in every inference, mostly nothing. */
    int executionOnly(FlatBufferBuilder b, NestedFlatBuffer.Gap hostParameters) {
        Assembly.Edge input = assembly.input();
        int chunks = chunks(b, assembly.executionOnly());
        int parameters = hostParameters.vector(b, PAGE);
        int hints = hints(b, ints(executionHints(b)));
        int[] layers = assembly.outputs().stream()
                .mapToInt(output -> outputLayer(b, output))
                .toArray();
        int outputs = Executable.createOutputLayersVector(b, layers);
        int inputs = Executable.createInputLayersVector(b, new int[] {inputLayer(b, input)});
        int model = Executable.createSerializedModelVector(b, new byte[0]);
        int name = b.createString("model");
        int chip = b.createString(org.tensorizer.model.Executable.EDGE_TPU);
        Executable.startExecutable(b);
        Executable.addParameterCachingToken(b, assembly.token());
        Executable.addUsedNarrowMemoryBytesPerTile(b, assembly.narrowBytesPerTile());
        Executable.addChip(b, chip);
        Executable.addOutputLayers(b, outputs);
        Executable.addInputLayers(b, inputs);
        Executable.addDmaHints(b, hints);
        Executable.addParameters(b, parameters);
        Executable.addInstructionBitstreams(b, chunks);
        Executable.addBatchSize(b, 1);
        Executable.addSerializedModel(b, model);
        Executable.addName(b, name);
        Executable.addType(b, ExecutableType.EXECUTION_ONLY);
        return Executable.endExecutable(b);
    }

    /** Each chunk, then what crosses the wire while it runs, in the order of the chunk. */
    private List<Integer> executionHints(FlatBufferBuilder b) {
        List<Integer> hints = new ArrayList<>();
        for (int chunk = 0; chunk < assembly.executionOnly().size(); chunk++) {
            hints.add(instructionHint(b, chunk));
            Program program = assembly.executionOnly().get(chunk);
            SortedMap<Integer, IntSupplier> transfers = new TreeMap<>();
            for (Relocation relocation : program.relocations()) {
                if (relocation.kind() == Relocation.Kind.OUTPUT && relocation.half() == Relocation.Half.LOWER) {
                    Assembly.Edge output = output(relocation);
                    transfers.put(
                            relocation.bit(),
                            () -> descriptorHint(
                                    b,
                                    Description.OUTPUT,
                                    output.name(),
                                    0,
                                    output.transferBytes(),
                                    Direction.OUTFEED));
                }
            }
            for (Program.Fetch fetch : program.fetches()) {
                short description = fetch.isInput() ? Description.INPUT : Description.PARAMETER;
                String name = fetch.isInput() ? assembly.input().name() : "";
                transfers.put(
                        fetch.bit(),
                        () -> descriptorHint(b, description, name, fetch.offset(), fetch.bytes(), Direction.INFEED));
            }
            transfers.values().forEach(hint -> hints.add(hint.getAsInt()));
        }
        hints.add(interruptHint(b));
        return hints;
    }

    /** First thing written, so that the last instruction byte is the executable's last byte, as in compiled models. */
    private int chunks(FlatBufferBuilder b, List<Program> code) {
        int[] chunks = new int[code.size()];
        for (int i = code.size() - 1; i >= 0; i--) {
            chunks[i] = chunk(b, code.get(i));
        }
        return Executable.createInstructionBitstreamsVector(b, chunks);
    }

    private int chunk(FlatBufferBuilder b, Program code) {
        byte[] instructions = code.bytes();
        b.createUnintializedVector(1, instructions.length, Opcode.BUNDLE_BYTES).put(instructions);
        int stream = b.endVector();
        List<Integer> fields = new ArrayList<>();
        for (Relocation relocation : code.relocations()) {
            fields.add(FieldOffset.createFieldOffset(b, meta(b, relocation), relocation.bit()));
        }
        int offsets = InstructionBitstream.createFieldOffsetsVector(b, ints(fields));
        return InstructionBitstream.createInstructionBitstream(b, stream, offsets);
    }

    private int meta(FlatBufferBuilder b, Relocation relocation) {
        short position = relocation.half() == Relocation.Half.UPPER ? Position.UPPER : Position.LOWER;
        return switch (relocation.kind()) {
            case INPUT -> meta(b, Description.INPUT, assembly.input().name(), position);
            case OUTPUT -> meta(b, Description.OUTPUT, output(relocation).name(), position);
            case PARAMETER -> meta(b, Description.PARAMETER, "", position);
            case SCRATCH -> meta(b, Description.SCRATCH, "", position);
        };
    }

    /** The output that a relocation names, the only one where it names none. */
    private Assembly.Edge output(Relocation relocation) {
        return assembly.outputs().stream()
                .filter(edge -> edge.name().equals(relocation.name()))
                .findFirst()
                .orElse(assembly.outputs().get(0));
    }

    private static int meta(FlatBufferBuilder b, short description, String name, short position) {
        int text = b.createString(name);
        return Meta.createMeta(b, description, 0, text, position);
    }

    private static int hints(FlatBufferBuilder b, int... hints) {
        return DmaHints.createDmaHints(b, DmaHints.createHintsVector(b, hints), true);
    }

    private static int instructionHint(FlatBufferBuilder b, int chunk) {
        return DmaHint.createDmaHint(
                b, AnyHint.InstructionHint, InstructionHint.createInstructionHint(b, chunk), Direction.INFEED);
    }

    private static int descriptorHint(
            FlatBufferBuilder b, short description, String name, int offset, int bytes, short direction) {
        int meta = meta(b, description, name, Position.LOWER);
        int hint = DmaDescriptorHint.createDmaDescriptorHint(b, meta, offset, bytes);
        return DmaHint.createDmaHint(b, AnyHint.DmaDescriptorHint, hint, direction);
    }

    private static int interruptHint(FlatBufferBuilder b) {
        short first = 0; // InterruptType.SCALAR_CORE_0
        return DmaHint.createDmaHint(
                b, AnyHint.InterruptHint, InterruptHint.createInterruptHint(b, first), Direction.OUTFEED);
    }

    private int inputLayer(FlatBufferBuilder b, Assembly.Edge edge) {
        InputLayer.startInputLayer(b);
        return layer(b, edge, AnyLayer.InputLayer, InputLayer.endInputLayer(b), 0);
    }

    private int outputLayer(FlatBufferBuilder b, Assembly.Edge edge) {
        int layer = OutputLayer.createOutputLayer(b, layout(b, edge.layout().orElseThrow()), (short) 0, 0);
        List<Integer> extents = edge.shape();
        TensorShape.startDimensionVector(b, extents.size());
        for (int i = extents.size() - 1; i >= 0; i--) {
            Range.createRange(b, 0, extents.get(i) - 1);
        }
        int shape = TensorShape.createTensorShape(b, b.endVector());
        return layer(b, edge, AnyLayer.OutputLayer, layer, shape);
    }

    private int layer(FlatBufferBuilder b, Assembly.Edge edge, byte kind, int inner, int shape) {
        int numerics =
                NumericsConstants.createNumericsConstants(b, edge.domain().chipZeroPoint(), edge.scale());
        int name = b.createString(edge.name());
        Layer.startLayer(b);
        if (shape != 0) {
            Layer.addShape(b, shape);
        }
        Layer.addAnyLayer(b, inner);
        Layer.addNumerics(b, numerics);
        Layer.addZDim(b, edge.z());
        Layer.addXDim(b, edge.x());
        Layer.addYDim(b, edge.y());
        Layer.addSizeBytes(b, edge.transferBytes());
        Layer.addName(b, name);
        Layer.addDataType(b, edge.domain().signed() ? DataType.SIGNED_FIXED_POINT8 : DataType.FIXED_POINT8);
        Layer.addAnyLayerType(b, kind);
        return Layer.endLayer(b);
    }

    private static int layout(FlatBufferBuilder b, org.tensorizer.model.Layer.OutputLayout layout) {
        int rowSize = OutputLayout.createXCoordinateToLocalYRowSizeVector(b, ints(layout.xToRowSize()));
        int yOffset = OutputLayout.createYCoordinateToLocalYOffsetVector(b, ints(layout.yToLocalY()));
        int xOffset = OutputLayout.createXCoordinateToLocalByteOffsetVector(b, ints(layout.xToByteOffset()));
        int tiles = OutputLayout.createLinearizedTileByteOffsetVector(b, ints(layout.tileByteOffset()));
        int xTile = OutputLayout.createXCoordinateToLinearTileIdMapVector(b, ints(layout.xToTile()));
        int yTile = OutputLayout.createYCoordinateToLinearTileIdMapVector(b, ints(layout.yToTile()));
        return OutputLayout.createOutputLayout(b, yTile, xTile, tiles, xOffset, yOffset, rowSize);
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
