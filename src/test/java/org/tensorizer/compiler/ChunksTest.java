package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.conv.NetworkText;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.model.Relocation;

/** Programs that are longer than one chunk of instructions. */
class ChunksTest {
    /** 1024 packets of 22 bundles bring the image to the tiles that have the weights. */
    private static final String LONG = "256x16x4 c4k1s1f3n f10n";

    private static List<Program> chunks(String network) {
        NetworkText text = NetworkText.of(network);
        return NetworkProgram.of(text.chain(), HeadText.of(text)).executionOnly();
    }

    @Test
    void eachChunkIsWholeAndNumbersOn() {
        List<Program> chunks = chunks(LONG);
        assertThat(chunks).hasSize(2);
        long sequence = 0;
        for (Program chunk : chunks) {
            InstructionStream stream = InstructionStream.frame("chunk", chunk.bytes());
            stream.checkClosed(sequence);
            assertThat(chunk.bytes().length).isLessThanOrEqualTo(Chip.CHUNK_BUNDLES * Opcode.BUNDLE_BYTES);
            assertThat(stream.get(1).opcode()).isEqualTo(Opcode.TILE_FENCE);
            sequence += stream.instructions().stream()
                    .filter(instruction -> instruction.opcode().isTileOp())
                    .count();
        }
        assertThat(chunks.get(0).relocations()).extracting(Relocation::kind).doesNotContain(Relocation.Kind.OUTPUT);
        assertThat(chunks.get(1).relocations()).extracting(Relocation::kind).containsOnly(Relocation.Kind.OUTPUT);
    }

    @ParameterizedTest
    @ValueSource(strings = {LONG, "192x16x4 c4k1s1f3n f100n3 f1000n s"})
    void answersAsItsDefinition(String network) {
        assertThat(chunks(network).size()).isGreaterThan(1);
        try (Device device = Devices.open(DeviceChoice.EMULATOR)) {
            ExecutedNetworksTest.check(device, network);
        }
    }

    @Test
    void goesOverTheWireInSeveralTransfers() {
        try (Device device = Devices.open(DeviceChoice.parse("virtual"))) {
            ExecutedNetworksTest.check(device, LONG);
        }
    }

    @Test
    void isNotCutWhereWorkIsUnderWay() {
        ProgramBuilder program = new ProgramBuilder();
        for (int i = 0; i < 100; i++) {
            program.add(Instruction.of(Opcode.MULTIPLY_ACCUMULATE));
        }
        assertThat(program.longestStretch()).isEqualTo(1708);
        assertThatThrownBy(() -> program.build(1000)).isInstanceOf(IllegalStateException.class);
        assertThat(program.build(1708)).hasSize(1);
    }
}
