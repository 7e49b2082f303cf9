package org.tensorizer.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tensorizer.model.ByteRange;

class InstructionStreamTest {
    private byte[] program;

    @BeforeEach
    void assemble() {
        program = DenseProgram.executionOnly(
                        DenseShape.of(100, 70, ParameterFormat.PER_TENSOR_BIAS),
                        new Quantization(0.1f, 3, 0.01f, 128, 0.2f, 100))
                .bytes();
    }

    @Test
    void framesAndGivesTheSameBytes() {
        InstructionStream stream = InstructionStream.frame("program", program);
        assertThat(stream.toBytes()).isEqualTo(program);
        assertThat(stream.checkClosed()).isSameAs(stream);
        assertThat(stream.offset(stream.size())).isEqualTo(program.length);
        for (int i = 0; i < stream.size(); i++) {
            for (int b = 0; b < stream.get(i).bundles(); b++) {
                assertThat(stream.indexAtBundle(stream.bundle(i) + b)).isEqualTo(i);
            }
        }
        assertThat(stream.indexAtBundle(stream.bundle(stream.size()))).isNegative();
    }

    @Test
    void framesAPartOfABufferOfAnyByteOrderAndLeavesItAlone() {
        byte[] file = new byte[program.length + 20];
        System.arraycopy(program, 0, file, 13, program.length);
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            ByteBuffer buffer = ByteBuffer.wrap(file).asReadOnlyBuffer().order(order);
            buffer.position(5);
            InstructionStream stream = InstructionStream.frame("part", buffer, new ByteRange(13, 13 + program.length));
            assertThat(stream.toBytes()).isEqualTo(program);
            assertThat(buffer.position()).isEqualTo(5);
        }
        assertThatThrownBy(() ->
                        InstructionStream.frame("part", ByteBuffer.wrap(file), new ByteRange(16, file.length + 12)))
                .isInstanceOf(InstructionFormatException.class)
                .hasMessageContaining("leaves the buffer");
    }

    @Test
    void aChunkThatIsNoWholeNumberOfBundlesIsRefused() {
        assertThatThrownBy(() -> InstructionStream.frame("chunk", Arrays.copyOf(program, program.length - 3)))
                .isInstanceOf(InstructionFormatException.class)
                .hasMessageContaining("whole bundles of 16");
    }

    @Test
    void anUnknownOpcodeIsRefusedWithPlaceAndHex() {
        program[32] = (byte) 0xc0; // opcode 0x2f in the third bundle
        program[33] = 0x0b;
        InstructionFormatException thrown = catchThrowableOfType(
                InstructionFormatException.class, () -> InstructionStream.frame("chunk 0", program));
        assertThat(thrown).hasMessageContaining("chunk 0: byte 32 (bundle 2): unknown opcode 0x2f in c0 0b");
        assertThat(thrown.offset()).isEqualTo(32);
        assertThat(thrown.bundle()).isEqualTo(2);
        assertThat(thrown.chunk()).isEqualTo("chunk 0");
    }

    @Test
    void aChunkCutInsideAnInstructionIsRefused() {
        InstructionStream stream = InstructionStream.frame("program", program);
        int tensor = index(stream, Opcode.TENSOR);
        byte[] cut = Arrays.copyOf(program, stream.offset(tensor) + 16);
        assertThatThrownBy(() -> InstructionStream.frame("cut", cut))
                .isInstanceOf(InstructionFormatException.class)
                .hasMessageContaining("byte " + stream.offset(tensor))
                .hasMessageContaining("TENSOR needs 272 bytes, the chunk ends after 16");
    }

    @Test
    void noiseEndsInAResultOrARefusal() {
        Random random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            byte[] noise = new byte[16 * random.nextInt(40)];
            random.nextBytes(noise);
            try {
                assertThat(InstructionStream.frame("noise", noise).toBytes()).isEqualTo(noise);
            } catch (InstructionFormatException expected) {
                assertThat(expected.offset()).isBetween(0, noise.length);
            }
        }
    }

    @Test
    void aWrongLengthInStartIsRefused() {
        refused(0, stream -> stream.get(0).set("body.bits", 128), "START says 128 bits");
    }

    @Test
    void aGapInTheSequenceNumbersIsRefused() {
        InstructionStream stream = InstructionStream.frame("program", program);
        int store = index(stream, Opcode.STORE);
        refused(store, changed -> changed.get(store).set("sequence", 77), "STORE has sequence number 77, expected");
    }

    @Test
    void aStreamWithoutItsEndIsRefused() {
        byte[] open = Arrays.copyOf(program, program.length - 16);
        InstructionStream stream = InstructionStream.frame("open", open);
        stream.get(0).set("body.bits", open.length * 8L - 256);
        assertThatThrownBy(stream::checkClosed)
                .isInstanceOf(InstructionFormatException.class)
                .hasMessageContaining("HALT, four SCALAR, END");
        assertThatThrownBy(() -> InstructionStream.frame("empty", new byte[0]).checkClosed())
                .isInstanceOf(InstructionFormatException.class)
                .hasMessageContaining("empty chunk");
    }

    @Test
    void aLaterChunkNumbersOnAndNumbersWrapAtTheirWidth() {
        InstructionStream stream = InstructionStream.frame("later", program);
        long number = 4090;
        for (Instruction instruction : stream.instructions()) {
            if (instruction.opcode().isTileOp()) {
                instruction.set("sequence", number++ % 4096);
            }
        }
        assertThat(stream.checkClosed(4090)).isSameAs(stream);
        assertThatThrownBy(stream::checkClosed).isInstanceOf(InstructionFormatException.class);
    }

    private interface Change {
        void on(InstructionStream stream);
    }

    private void refused(int index, Change change, String message) {
        InstructionStream stream = InstructionStream.frame("program", program);
        change.on(stream);
        InstructionFormatException thrown = catchThrowableOfType(InstructionFormatException.class, stream::checkClosed);
        assertThat(thrown).hasMessageContaining(message);
        assertThat(thrown.offset()).isEqualTo(stream.offset(index));
    }

    static int index(InstructionStream stream, Opcode opcode) {
        List<Opcode> opcodes = new ArrayList<>();
        stream.instructions().forEach(instruction -> opcodes.add(instruction.opcode()));
        return opcodes.indexOf(opcode);
    }
}
