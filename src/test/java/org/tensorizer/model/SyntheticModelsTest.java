package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.fuzz.Allocation;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.DmaHints.DmaHint.Direction;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.Layer.IndexRange;
import org.tensorizer.model.Layer.OutputLayout;
import org.tensorizer.model.Layer.OutputSlice;
import org.tensorizer.model.Relocation.Half;
import org.tensorizer.model.Relocation.Kind;

/** Fields and arrangements that no model in hand has: every field set, several packages, several chunks. */
class SyntheticModelsTest {
    private static final byte[] CACHING =
            SyntheticModel.executable(1, -2, new byte[] {1, 2, 3, 4}, List.of(new byte[32]));
    private static final byte[] EXECUTION =
            SyntheticModel.executable(2, -2, new byte[0], List.of(new byte[16], new byte[48], new byte[64]));
    private static final byte[] PACKAGE = SyntheticModel.pack(List.of(EXECUTION, CACHING));

    @Test
    void everyFieldOfAnExecutableIsRead() {
        Executable executable = Executable.parse("executable", EXECUTION);
        assertThat(executable.type()).isEqualTo(ExecutableType.EXECUTION_ONLY);
        assertThat(executable.version()).isEqualTo(4);
        assertThat(executable.name()).isEqualTo("name");
        assertThat(executable.batchSize()).isEqualTo(2);
        assertThat(executable.scratchBytes()).isEqualTo(64);
        assertThat(executable.chip()).isEqualTo("beagle");
        assertThat(executable.estimatedCyclesOld()).isEqualTo(11);
        assertThat(executable.estimatedCycles()).isEqualTo(1L << 40);
        assertThat(executable.usedNarrowMemoryBytesPerTile()).isEqualTo(832);
        assertThat(executable.useTpuDram()).isTrue();
        assertThat(executable.token()).isEqualTo(-2);
        assertThat(executable.tokenField().orElseThrow().length()).isEqualTo(8);
        assertThat(executable.serializedModel().length()).isEqualTo(1);
        assertThat(executable.chunks())
                .extracting(chunk -> chunk.range().length())
                .containsExactly(16, 48, 64);
        assertThat(executable.instructionBytes()).isEqualTo(128);
        assertThat(executable.chunks().get(1).relocations())
                .containsExactly(
                        new Relocation(Kind.PARAMETER, 1, "", Half.UPPER, 352),
                        new Relocation(Kind.INPUT, 1, "in", Half.LOWER, 3));
        assertThat(executable.hints())
                .isEqualTo(new DmaHints(
                        true,
                        List.of(
                                new DmaHint.Instructions(0, Direction.TO_DEVICE),
                                new DmaHint.Instructions(1, Direction.TO_DEVICE),
                                new DmaHint.Instructions(2, Direction.TO_DEVICE),
                                new DmaHint.Descriptor(Kind.OUTPUT, 1, "out", 4, 12, Direction.FROM_DEVICE),
                                new DmaHint.Fence(Direction.TO_DEVICE),
                                new DmaHint.Interrupt(2, Direction.FROM_DEVICE))));
    }

    @Test
    void everyFieldOfALayerIsRead() {
        Executable executable = Executable.parse("executable", EXECUTION);
        List<IndexRange> shape = List.of(new IndexRange(1, 2), new IndexRange(0, 5));
        assertThat(executable.inputLayers())
                .containsExactly(new Layer(
                        "in",
                        false,
                        16,
                        2,
                        1,
                        6,
                        121,
                        0.25f,
                        DataType.SIGNED_FIXED_POINT8,
                        3,
                        true,
                        shape,
                        Optional.empty(),
                        List.of()));
        Layer output = executable.outputLayers().get(0);
        assertThat(output.output()).isTrue();
        assertThat(output.unpaddedBytes()).isEqualTo(12);
        assertThat(output.layout())
                .contains(new OutputLayout(
                        List.of(0, 1), List.of(2), List.of(0, 6, 12), List.of(3), List.of(4), List.of(5)));
        assertThat(output.slices()).containsExactly(new OutputSlice(shape, List.of(12, 6, 1), 8));
    }

    @Test
    void everyFieldOfAPackageIsRead() {
        EdgeTpuPackage compiled = EdgeTpuPackage.parse("package", PACKAGE);
        assertThat(compiled.range()).isEqualTo(new ByteRange(0, PACKAGE.length));
        assertThat(compiled.minRuntimeVersion()).isEqualTo(13);
        assertThat(compiled.compilerVersion()).isEqualTo("test");
        assertThat(compiled.modelIdentifier()).isEqualTo("id");
        assertThat(compiled.keypairVersion()).isEqualTo(1);
        assertThat(compiled.virtualChipId()).isZero();
        assertThat(compiled.signature().length()).isEqualTo(2);
        assertThat(compiled.chipVersion()).isEqualTo(OptionalInt.empty());
        assertThat(compiled.findExecutionOnly()).contains(compiled.executables().get(0));
        assertThat(compiled.findParameterCaching())
                .contains(compiled.executables().get(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void severalOperatorsAndSeveralChipsGiveSeveralPackages(int width) {
        byte[] one = SyntheticModel.options(width, List.of(PACKAGE));
        byte[] two = SyntheticModel.options(width, List.of(PACKAGE, PACKAGE), 18, 7);
        TfliteModel model = TfliteModel.parse("several", SyntheticModel.tflite(List.of(one, two)));
        assertThat(model.packages()).extracting(EdgeTpuPackage::operator).containsExactly(0, 1, 1);
        assertThat(model.packages())
                .extracting(EdgeTpuPackage::chipVersion)
                .containsExactly(OptionalInt.empty(), OptionalInt.of(18), OptionalInt.of(7));
        for (EdgeTpuPackage compiled : model.packages()) {
            assertThat(model.bytes(compiled.range())).isEqualTo(ByteBuffer.wrap(PACKAGE));
            assertThat(compiled.lengthField().orElseThrow().length()).isEqualTo(width);
            assertThat(compiled.executionOnly().chunks()).hasSize(3);
            assertThat(compiled.range().contains(compiled.parameterCaching().parameters()))
                    .isTrue();
        }
        assertThatThrownBy(model::onlyPackage)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected one compiled package")
                .hasMessageContaining("found 3");
    }

    /** Payloads are views of the file: reading a megabyte of parameters costs what reading four bytes costs. */
    @Test
    void allocationDoesNotDependOnThePayload() {
        byte[] small = withParameters(4);
        byte[] large = withParameters(1 << 20);
        TfliteModel.parse("warm-up", small);
        long forSmall = Allocation.of(() -> TfliteModel.parse("small", small));
        long forLarge = Allocation.of(() -> TfliteModel.parse("large", large));
        assertThat(forLarge).isLessThan(forSmall + 4096);
    }

    private static byte[] withParameters(int length) {
        byte[] executable = SyntheticModel.executable(1, 1, new byte[length], List.of(new byte[16]));
        return SyntheticModel.tflite(
                List.of(SyntheticModel.options(4, List.of(SyntheticModel.pack(List.of(executable))))));
    }

    @Test
    void tensorsHaveTheirBuffers() {
        byte[] options = SyntheticModel.options(4, List.of(PACKAGE));
        TfliteModel model = TfliteModel.parse("tensors", SyntheticModel.tflite(List.of(options)));
        assertThat(model.operators().get(0).inputs()).containsExactly(0, -1);
        Tensor in = model.tensors().get(0);
        Tensor out = model.tensors().get(1);
        assertThat(in.type()).isEqualTo(TensorType.INT8);
        assertThat(in.scale()).isEqualTo(0.5f);
        assertThat(in.zeroPoint()).isEqualTo(-7);
        assertThat(in.data().isEmpty()).isTrue();
        assertThat(model.bytes(out.data())).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }

    @Test
    void executablesThatShareBytesAreRefused() {
        // two entries of one list pointing to the same string
        byte[] twice = SyntheticModel.pack(List.of(EXECUTION, EXECUTION));
        EdgeTpuPackage compiled = EdgeTpuPackage.parse("twice", twice);
        assertThatThrownBy(compiled::executionOnly)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("found 2 among 2");
        byte[] shared = twice.clone();
        ByteBuffer buffer = ByteBuffer.wrap(shared).order(ByteOrder.LITTLE_ENDIAN);
        int list = listOfExecutables(buffer, compiled);
        buffer.putInt(list + 4, buffer.getInt(list) - 4);
        assertThatThrownBy(() -> EdgeTpuPackage.parse("shared", shared))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("do not overlap");
    }

    @Test
    void operatorsThatShareAPackageAreRefused() {
        byte[] options = SyntheticModel.options(4, List.of(PACKAGE));
        byte[] file = SyntheticModel.tflite(List.of(options, options));
        TfliteModel model = TfliteModel.parse("two", file);
        ByteRange first = model.operators().get(0).customOptions();
        ByteRange second = model.operators().get(1).customOptions();
        ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int distance = first.start() - second.start();
        for (int at = 0; at < file.length - 4; at++) {
            if (at + buffer.getInt(at) == second.start() - 4) {
                buffer.putInt(at, buffer.getInt(at) + distance);
            }
        }
        assertThatThrownBy(() -> TfliteModel.parse("shared", file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("packages: expected regions that do not overlap");
    }

    /** The payload's offset leads to four bytes in front of the token; they are its length, the token its content. */
    @Test
    void parametersThatHoldTheTokenAreRefused() {
        byte[] file = EXECUTION.clone();
        ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int token =
                Executable.parse("executable", file).tokenField().orElseThrow().start();
        CheckedBytes checked = new CheckedBytes("executable", file);
        int parameters = FlatTable.root(checked, checked.all(), "Executable")
                .field(6, 4, "parameters")
                .orElseThrow()
                .start();
        buffer.putInt(token - 4, 8);
        buffer.putInt(parameters, token - 4 - parameters);
        assertThatThrownBy(() -> Executable.parse("executable", file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("Executable chunks, parameters, token: expected regions that do not overlap");
    }

    @Test
    void aModelIsItsNameAndItsBytes() {
        byte[] file = SyntheticModel.compiled(new byte[] {1, 2, 3});
        TfliteModel model = TfliteModel.parse("a name", file);
        assertThat(model.name()).isEqualTo("a name");
        assertThat(model).hasToString("a name");
        assertThat(model.size()).isEqualTo(file.length);
        byte[] copy = model.copy();
        assertThat(copy).isEqualTo(file).isNotSameAs(file);
        assertThat(model.bytes()).isEqualTo(ByteBuffer.wrap(file));
    }

    /** Absolute offset of the first of the two list entries. */
    private static int listOfExecutables(ByteBuffer buffer, EdgeTpuPackage compiled) {
        int first = compiled.executables().get(0).range().start() - 4;
        for (int at = compiled.multiExecutable().start(); ; at++) {
            if (at + buffer.getInt(at) == first) {
                return at;
            }
        }
    }
}
