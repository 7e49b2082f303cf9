package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.schema.AnyHint;
import org.tensorizer.model.schema.DmaDescriptorHint;
import org.tensorizer.model.schema.DmaHints;
import org.tensorizer.model.schema.FieldOffset;
import org.tensorizer.model.schema.InstructionBitstream;
import org.tensorizer.model.schema.InterruptHint;
import org.tensorizer.model.schema.Meta;
import org.tensorizer.model.schema.Package;
import org.tensorizer.model.schema.SerializedPackage;

/** Numbers of an executable and a package at the ends of what is allowed. */
class ExecutablesTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 96})
    void aRelocationLiesInItsChunk(int bit) {
        assertThat(relocated(bit).chunks().get(0).relocations().get(0).bit()).isEqualTo(bit);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 97, Integer.MAX_VALUE})
    void aRelocationOutsideIsRefused(int bit) {
        assertThatThrownBy(() -> relocated(bit))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected 32 bits within the chunk's 128, found them at " + bit);
    }

    private static Executable relocated(int bit) {
        FlatBufferBuilder b = new FlatBufferBuilder(256);
        int relocations = InstructionBitstream.createFieldOffsetsVector(
                b, new int[] {FieldOffset.createFieldOffset(b, meta(b), bit)});
        int chunk = InstructionBitstream.createInstructionBitstream(
                b, InstructionBitstream.createBitstreamVector(b, new byte[16]), relocations);
        int chunks = org.tensorizer.model.schema.Executable.createInstructionBitstreamsVector(b, new int[] {chunk});
        org.tensorizer.model.schema.Executable.startExecutable(b);
        org.tensorizer.model.schema.Executable.addInstructionBitstreams(b, chunks);
        return executable(b);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 1", "1, 0"})
    void aDescriptorMayBeEmpty(int offset, int size) {
        assertThat(hinted(AnyHint.DmaDescriptorHint, descriptor(offset, size)))
                .isEqualTo(new DmaHint.Descriptor(
                        Relocation.Kind.SCRATCH, 2, "n", offset, size, DmaHint.Direction.TO_DEVICE));
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "0, -1"})
    void aDescriptorOfNegativeNumbersIsRefused(int offset, int size) {
        assertThatThrownBy(() -> hinted(AnyHint.DmaDescriptorHint, descriptor(offset, size)))
                .hasMessageContaining("expected no negative offset or size, found " + offset + " and " + size);
    }

    @Test
    void fourInterruptsAreKnown() {
        for (int number = 0; number < 4; number++) {
            assertThat(hinted(AnyHint.InterruptHint, interrupt(number)))
                    .isEqualTo(new DmaHint.Interrupt(number, DmaHint.Direction.TO_DEVICE));
        }
        for (int number : new int[] {-1, 4}) {
            assertThatThrownBy(() -> hinted(AnyHint.InterruptHint, interrupt(number)))
                    .hasMessageContaining("expected an interrupt from 0 to 3, found " + number);
        }
    }

    private static ToIntFunction<FlatBufferBuilder> descriptor(int offset, int size) {
        return b -> DmaDescriptorHint.createDmaDescriptorHint(b, meta(b), offset, size);
    }

    private static ToIntFunction<FlatBufferBuilder> interrupt(int number) {
        return b -> InterruptHint.createInterruptHint(b, (short) number);
    }

    private static DmaHint hinted(byte type, ToIntFunction<FlatBufferBuilder> content) {
        FlatBufferBuilder b = new FlatBufferBuilder(256);
        int hint = org.tensorizer.model.schema.DmaHint.createDmaHint(b, type, content.applyAsInt(b), (short) 0);
        int hints = DmaHints.createDmaHints(b, DmaHints.createHintsVector(b, new int[] {hint}), false);
        org.tensorizer.model.schema.Executable.startExecutable(b);
        org.tensorizer.model.schema.Executable.addDmaHints(b, hints);
        return executable(b).hints().hints().get(0);
    }

    @ParameterizedTest
    @CsvSource({"2147483647, 1, 1", "1, 2147483647, 1", "1, 1, 2147483647", "0, 0, 0", "46340, 46340, 1"})
    void aLayerMayHaveAllThatAnIntCounts(int y, int x, int z) {
        Layer layer = layered(y, x, z);

        assertThat(layer.unpaddedBytes()).isEqualTo(y * x * z);
    }

    @ParameterizedTest
    @CsvSource({"46341, 46341, 0", "46340, 46340, 2", "32768, 65536, 1"})
    void aLayerOfMoreIsRefused(int y, int x, int z) {
        assertThatThrownBy(() -> layered(y, x, z))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected y * x * z below 2^31, found " + y + " * " + x + " * " + z);
    }

    private static Layer layered(int y, int x, int z) {
        FlatBufferBuilder b = new FlatBufferBuilder(256);
        int layer =
                org.tensorizer.model.schema.Layer.createLayer(b, 0, 0, y, x, z, 0, (short) 0, (byte) 0, 0, 1, false, 0);
        int layers = org.tensorizer.model.schema.Executable.createInputLayersVector(b, new int[] {layer});
        org.tensorizer.model.schema.Executable.startExecutable(b);
        org.tensorizer.model.schema.Executable.addInputLayers(b, layers);
        return executable(b).inputLayers().get(0);
    }

    /** As the schema allows it for several chips; none was ever seen. */
    @Test
    void aPackageMayHoldPackagesOfSingleChipsOnly() {
        FlatBufferBuilder b = new FlatBufferBuilder(256);
        int chip = SerializedPackage.createSerializedPackage(
                b, SerializedPackage.createSerializedPackageVector(b, new byte[] {1, 2, 3}));
        int chips = Package.createMultiChipPackageVector(b, new int[] {chip});
        Package.startPackage(b);
        Package.addMultiChipPackage(b, chips);
        Package.finishPackageBuffer(b, Package.endPackage(b));

        EdgeTpuPackage several = EdgeTpuPackage.parse("several", b.sizedByteArray());
        assertThat(several.executables()).isEmpty();
        assertThat(several.multiChipPackages()).extracting(ByteRange::length).containsExactly(3);
    }

    @Test
    void aPackageOfNothingIsRefused() {
        FlatBufferBuilder b = new FlatBufferBuilder(256);
        Package.startPackage(b);
        Package.finishPackageBuffer(b, Package.endPackage(b));

        assertThatThrownBy(() -> EdgeTpuPackage.parse("nothing", b.sizedByteArray()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("Package.serialized_multi_executable: expected executables, found none");
    }

    private static int meta(FlatBufferBuilder b) {
        return Meta.createMeta(b, (short) 3, 2, b.createString("n"), (short) 1);
    }

    private static Executable executable(FlatBufferBuilder b) {
        b.finish(org.tensorizer.model.schema.Executable.endExecutable(b));
        CheckedBytes bytes = new CheckedBytes("executable", b.sizedByteArray());
        return new ExecutableReader(bytes).read(0, bytes.all());
    }
}
