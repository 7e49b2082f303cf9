package org.tensorizer.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorizer.model.Relocation;

class DisassemblerTest {
    @Test
    void aLineSaysPlaceUnitTilesNumberAndWhatTheInstructionHolds() {
        Instruction send = Instruction.of(Opcode.RING_BUS_PRODUCER)
                .set(TileInstruction.TILES, 0x0800)
                .set(RingBusProducer.RECEIVERS, RingBusProducer.OUTFEED)
                .set(RingBusProducer.KIND_B);
        RingBusProducer.ROWS.set(send, Loops.from(5).step(1, 9));
        RingBusProducer.WAITS.set(send, 0, Wait.data(TileCounter.RING_PRODUCER_B, 1, 3, 1));
        RingBusProducer.SIGNAL_RING.set(send, 0);
        send.number(7);
        InstructionStream stream = InstructionStream.of("chunk", List.of(Instruction.of(Opcode.START), send));
        assertThat(Disassembler.text(stream)).isEqualTo("""
                ; chunk: 2 instructions, 5 bundles
                0x00000      0  start
                0x00010      1  ringBusProducer   0800     #7  rows(5: +1*9) signal.ring(level 0)\
                 wait0(RING_PRODUCER_B level 1 >= 3 + 1k) kindB=1 receivers=0x10000
                """);
    }

    @Test
    void anOpShowsItsLoopsAndFloats() {
        Instruction op = Instruction.of(Opcode.MULTIPLY_ACCUMULATE).setFloat(Op.MULTIPLIER, 0.5f);
        Op.rounds(op, 8, 49);
        Op.SIGNAL_OUTPUTS.set(op, 2);
        assertThat(op).hasToString("op loops(8x49) signal.outputs(level 2) multiplier=0.5(3f000000)");
    }

    @Test
    void bitsThatNoFieldCoversAreShownInHex() {
        byte[] bytes = Instruction.of(Opcode.REPEAT).set(Repeat.TIMES, 3).toBytes();
        bytes[15] = (byte) 0x80;
        InstructionStream stream = InstructionStream.frame("odd", bytes);
        assertThat(stream.get(0).undecodedBits()).containsExactly(127);
        assertThat(Disassembler.text(stream.get(0)))
                .isEqualTo("repeat times=3\n                ? bits 0: 8000000000000000 0000000000000000");
    }

    @Test
    void anAddressTheRuntimeWritesIsNamed() {
        Program program = new ProgramBuilder()
                .address(10, Relocation.Kind.INPUT, Relocation.Half.UPPER)
                .build();
        String text = Disassembler.text(InstructionStream.frame("p", program.bytes()), program.relocations());
        assertThat(text).contains("operation=MOVI destination=10  <- INPUT address, upper half\n");
    }
}
