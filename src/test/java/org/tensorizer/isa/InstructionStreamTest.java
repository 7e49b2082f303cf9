package org.tensorizer.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.ByteRange;
import org.tensorizer.dense.DenseProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;

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
        assertThatThrownBy(() -> InstructionStream.frame("chunk 0", program))
                .isInstanceOf(InstructionFormatException.class)
                .hasMessageContaining("chunk 0: byte 32 (bundle 2): unknown opcode 0x2f in c0 0b");
    }

    @Test
    void aChunkCutInsideAnInstructionIsRefused() {
        InstructionStream stream = InstructionStream.frame("program", program);
        int tensor = index(stream, Opcode.MULTIPLY_ACCUMULATE);
        byte[] cut = Arrays.copyOf(program, stream.offset(tensor) + 16);
        assertThatThrownBy(() -> InstructionStream.frame("cut", cut))
                .isInstanceOf(InstructionFormatException.class)
                .hasMessageContaining("byte " + stream.offset(tensor))
                .hasMessageContaining("MULTIPLY_ACCUMULATE needs 272 bytes, the chunk ends after 16");
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
                assertThat(expected).hasMessageStartingWith("noise: byte ");
            }
        }
    }

    @Test
    void aWrongLengthInStartIsRefused() {
        refused(0, stream -> stream.get(0).set(Frame.BODY_BITS, 128), "START says 128 bits");
    }

    @Test
    void aGapInTheSequenceNumbersIsRefused() {
        InstructionStream stream = InstructionStream.frame("program", program);
        int store = index(stream, Opcode.RING_BUS_CONSUMER_0);
        refused(
                store,
                changed -> changed.get(store).set(TileInstruction.SEQUENCE, 77),
                "RING_BUS_CONSUMER_0 has sequence number 77, expected");
    }

    @Test
    void aStreamWithoutItsEndIsRefused() {
        byte[] open = Arrays.copyOf(program, program.length - 16);
        InstructionStream stream = InstructionStream.frame("open", open);
        stream.get(0).set(Frame.BODY_BITS, open.length * 8L - 256);
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
        long number = 32760;
        for (Instruction instruction : stream.instructions()) {
            if (instruction.opcode().isTileOp()) {
                instruction.number(number++);
            }
        }
        assertThat(stream.checkClosed(32760)).isSameAs(stream);
        assertThatThrownBy(stream::checkClosed).isInstanceOf(InstructionFormatException.class);
    }

    @Test
    void aFaultInAPartIsCountedFromItsStart() {
        byte[] file = new byte[program.length + 7];
        System.arraycopy(program, 0, file, 7, program.length);
        file[7 + 32] = (byte) 0xc0;
        file[7 + 33] = 0x0b;
        ByteBuffer buffer = ByteBuffer.wrap(file);
        assertThatThrownBy(() -> InstructionStream.frame("part", buffer, new ByteRange(7, file.length)))
                .hasMessageStartingWith("part: byte 32 (bundle 2): unknown opcode 0x2f");
        assertThatThrownBy(() -> InstructionStream.frame("part", buffer, new ByteRange(7, file.length - 3)))
                .hasMessageStartingWith("part: byte " + (program.length - 16) + " ");
    }

    @Test
    void theShortestChunkIsStartAndEnd() {
        List<Instruction> shortest = new ArrayList<>();
        shortest.add(Instruction.of(Opcode.START).set(Frame.BODY_BITS, 5 * 128));
        shortest.add(Instruction.of(Opcode.HALT));
        shortest.addAll(java.util.Collections.nCopies(4, Instruction.of(Opcode.SCALAR)));
        shortest.add(Instruction.of(Opcode.END));
        InstructionStream stream = InstructionStream.of("shortest", shortest);
        assertThat(stream.checkClosed()).isSameAs(stream);

        shortest.set(3, Instruction.of(Opcode.BRANCH));
        assertThatThrownBy(() -> InstructionStream.of("other", shortest).checkClosed())
                .hasMessageStartingWith(
                        "other: byte 48 (bundle 3): expected the chunk to end with HALT, four SCALAR, END")
                .hasMessageEndingWith("found BRANCH");
        shortest.remove(1);
        shortest.get(0).set(Frame.BODY_BITS, 4 * 128);
        assertThatThrownBy(() -> InstructionStream.of("short", shortest).checkClosed())
                .hasMessageStartingWith("short: byte 0 ")
                .hasMessageEndingWith("found 6 instructions");
    }

    private interface Change {
        void on(InstructionStream stream);
    }

    private void refused(int index, Change change, String message) {
        InstructionStream stream = InstructionStream.frame("program", program);
        change.on(stream);
        assertThatThrownBy(stream::checkClosed)
                .isInstanceOf(InstructionFormatException.class)
                .hasMessageStartingWith("program: byte " + stream.offset(index) + " ")
                .hasMessageContaining(message);
    }

    static int index(InstructionStream stream, Opcode opcode) {
        List<Opcode> opcodes = new ArrayList<>();
        stream.instructions().forEach(instruction -> opcodes.add(instruction.opcode()));
        return opcodes.indexOf(opcode);
    }
}
