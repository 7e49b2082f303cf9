package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.fuzz.Allocation;
import org.tensorizer.model.schema.Buffer;
import org.tensorizer.model.schema.Executable;
import org.tensorizer.model.schema.FieldOffset;
import org.tensorizer.model.schema.InstructionBitstream;
import org.tensorizer.model.schema.Meta;
import org.tensorizer.model.schema.Model;
import org.tensorizer.model.schema.NumericsConstants;
import org.tensorizer.model.schema.Operator;
import org.tensorizer.model.schema.OperatorCode;
import org.tensorizer.model.schema.SubGraph;
import org.tensorizer.model.schema.Tensor;
import org.tensorizer.model.schema.TensorShape;

/**
 * Lists whose entries all point to one large thing: a megabyte that would unfold to terabytes. The reader must give up
 * early, in time and in memory.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedOffsetsTest {
    private static final int MEGABYTE = 1 << 20;
    private static final int ENTRIES = 20_000;
    private static final int LARGE = 200_000;

    /** What the entries of the list share. */
    enum Bomb {
        TENSOR_SHAPE,
        TENSOR_NAME,
        TENSOR_ALONE,
        OPERATOR_INPUTS,
        OPERATOR_PACKAGE,
        OPERATOR_CODE_NAME,
        SUBGRAPH,
        CHUNK_RELOCATIONS,
        LAYER
    }

    @ParameterizedTest
    @EnumSource
    void endsInAFormatExceptionWithin64Megabytes(Bomb bomb) {
        byte[] file = file(bomb);
        assertThat(file.length).isLessThanOrEqualTo(MEGABYTE);
        Runnable read = bomb == Bomb.CHUNK_RELOCATIONS || bomb == Bomb.LAYER
                ? () -> org.tensorizer.model.Executable.parse("bomb", file)
                : () -> TfliteModel.parse("bomb", file);
        long allocated = Allocation.of(() -> assertThatThrownBy(read::run)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected tables and lists of a size that fits the file"));
        assertThat(allocated).isLessThan(64L * MEGABYTE);
    }

    @Test
    void honestListsOfThousandsAreRead() {
        FlatBufferBuilder b = new FlatBufferBuilder(1024);
        int[] tensors = new int[10_000];
        for (int i = 0; i < tensors.length; i++) {
            int shape = Tensor.createShapeVector(b, new int[] {1, i});
            tensors[i] = Tensor.createTensor(b, shape, (byte) 0, 0, b.createString("tensor " + i), 0, false);
        }
        TfliteModel model = TfliteModel.parse("honest", model(b, tensors, new int[0], new int[0], 1));
        assertThat(model.tensors()).hasSize(tensors.length);
        assertThat(model.tensors().get(9_999).name()).isEqualTo("tensor 9999");
    }

    private static byte[] file(Bomb bomb) {
        FlatBufferBuilder b = new FlatBufferBuilder(MEGABYTE);
        int[] numbers = new int[LARGE];
        int[] none = {};
        return switch (bomb) {
            case TENSOR_SHAPE -> {
                int shape = Tensor.createShapeVector(b, numbers);
                yield model(b, same(Tensor.createTensor(b, shape, (byte) 0, 0, 0, 0, false)), none, none, 1);
            }
            case TENSOR_NAME -> {
                int name = b.createString("n".repeat(4 * LARGE));
                yield model(b, same(Tensor.createTensor(b, 0, (byte) 0, 0, name, 0, false)), none, none, 1);
            }
            case TENSOR_ALONE -> {
                int[] all = new int[LARGE];
                Arrays.fill(all, Tensor.createTensor(b, 0, (byte) 0, 0, 0, 0, false));
                yield model(b, all, none, none, 1);
            }
            case OPERATOR_INPUTS -> {
                Arrays.fill(numbers, -1);
                int inputs = Operator.createInputsVector(b, numbers);
                Operator.startOperator(b);
                Operator.addInputs(b, inputs);
                int[] operators = same(Operator.endOperator(b));
                yield model(b, none, operators, new int[] {code(b, "name")}, 1);
            }
            case OPERATOR_PACKAGE -> {
                byte[] executable = SyntheticModel.executable(1, 1, new byte[4], List.of(new byte[16]));
                byte[] options = SyntheticModel.options(4, List.of(SyntheticModel.pack(List.of(executable))));
                int custom = b.createByteVector(options);
                Operator.startOperator(b);
                Operator.addCustomOptions(b, custom);
                int[] operators = same(Operator.endOperator(b));
                yield model(b, none, operators, new int[] {code(b, "edgetpu-custom-op")}, 1);
            }
            case OPERATOR_CODE_NAME -> model(b, none, none, same(code(b, "c".repeat(4 * LARGE))), 1);
            case SUBGRAPH -> {
                int[] tensors = same(Tensor.createTensor(b, 0, (byte) 0, 0, 0, 0, false));
                yield model(b, tensors, none, none, ENTRIES);
            }
            case CHUNK_RELOCATIONS, LAYER -> executable(b, bomb);
        };
    }

    private static byte[] executable(FlatBufferBuilder b, Bomb bomb) {
        int relocation =
                FieldOffset.createFieldOffset(b, Meta.createMeta(b, (short) 1, 0, b.createString(""), (short) 0), 0);
        int stream = InstructionBitstream.createInstructionBitstream(
                b, b.createByteVector(new byte[16]), b.createVectorOfTables(same(relocation)));
        int numerics = NumericsConstants.createNumericsConstants(b, 1, 1);
        int shape = TensorShape.createTensorShape(b, 0);
        int layer = org.tensorizer.model.schema.Layer.createLayer(
                b, b.createString("layer"), 1, 1, 1, 1, numerics, (short) 0, (byte) 0, 0, 1, false, shape);
        int streams = b.createVectorOfTables(bomb == Bomb.LAYER ? new int[0] : same(stream));
        int layers = b.createVectorOfTables(bomb == Bomb.LAYER ? same(layer) : new int[0]);
        Executable.startExecutable(b);
        Executable.addInstructionBitstreams(b, streams);
        Executable.addInputLayers(b, layers);
        b.finish(Executable.endExecutable(b));
        return b.sizedByteArray();
    }

    private static int code(FlatBufferBuilder b, String name) {
        return OperatorCode.createOperatorCode(b, (byte) 32, b.createString(name), 1, 32);
    }

    private static int[] same(int offset) {
        int[] offsets = new int[ENTRIES];
        Arrays.fill(offsets, offset);
        return offsets;
    }

    private static byte[] model(FlatBufferBuilder b, int[] tensors, int[] operators, int[] codes, int subgraphs) {
        int graph =
                SubGraph.createSubGraph(b, b.createVectorOfTables(tensors), 0, 0, b.createVectorOfTables(operators), 0);
        int[] graphs = new int[subgraphs];
        Arrays.fill(graphs, graph);
        int buffers = b.createVectorOfTables(new int[] {Buffer.createBuffer(b, 0, 0, 0)});
        Model.finishModelBuffer(
                b,
                Model.createModel(
                        b, 3, b.createVectorOfTables(codes), b.createVectorOfTables(graphs), 0, buffers, 0, 0));
        return b.sizedByteArray();
    }
}
