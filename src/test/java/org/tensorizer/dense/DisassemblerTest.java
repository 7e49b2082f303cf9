package org.tensorizer.dense;

import org.tensorizer.isa.Program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DisassemblerTest {
    private static final Program PROGRAM = DenseProgram.executionOnly(
                    DenseShape.square(2048, ParameterFormat.PER_TENSOR),
                    new Quantization(0.5f, 3, 0.5f, 128, 0.25f, 100))
            .withLayers("x", "Identity");

    private static List<String> lines() {
        return Disassembler.text(InstructionStream.frame("Dense 2048", PROGRAM.bytes()), PROGRAM.relocations())
                .lines()
                .toList();
    }

    @Test
    void aLineHasOffsetBundleNameMaskNumberAndFields() {
        assertThat(lines().get(0)).isEqualTo("; Dense 2048: 181 instructions, 617 bundles");
        assertThat(lines().get(2))
                .isEqualTo("0x00010      1  fence       ffff      #0 clear=0xffffe report=0x1 ?79=0x3ff");
    }

    @Test
    void aLineWithoutTilesKeepsTheirColumns() {
        assertThat(lines().get(1)).isEqualTo("0x00000      0  start                   body.bits=78720");
        assertThat(lines().get(4))
                .isEqualTo("0x00040      4  scalar                  operation=MOVI destination=1"
                        + "   <- PARAMETER address, lower half");
    }

    @Test
    void relocationsStandAtTheirInstructions() {
        assertThat(lines()).filteredOn(line -> line.contains("<-")).hasSize(8);
        assertThat(lines().get(4)).endsWith("operation=MOVI destination=1   <- PARAMETER address, lower half");
        assertThat(lines()).anyMatch(line -> line.endsWith("<- INPUT \"x\" address, upper half"));
        assertThat(lines()).anyMatch(line -> line.endsWith("<- OUTPUT \"Identity\" address, lower half"));
    }

    @Test
    void walksShowBaseAndLoopsAndFloatsShowTheirValue() {
        assertThat(lines())
                .filteredOn(line -> line.contains("  tensor "))
                .singleElement()
                .asString()
                .contains("activations=0 (+1 x512) (+1 x1) (+1 x1) (~-511 x2) ")
                .contains("weights=0 (+1 x512) (+1 x2) ")
                .contains("outputs=512 (+1 x16) (+17 x1) (+1 x2) ")
                .contains("multiplier=1.0(3f800000)")
                .contains("clamp.min=-100.0(c2c80000)");
    }

    @Test
    void bitsNoTableListsAreRawHex() {
        Instruction instruction = Instruction.of(Opcode.MESH_15)
                .set("tiles", 3)
                .set(new Field("x", 256, 64, false, "", Confidence.UNKNOWN, ""), 0x0123456789abcdefL);
        assertThat(Disassembler.text(InstructionStream.of("one", List.of(instruction))))
                .contains("mesh_15     0003      #0")
                .contains("? bits 256: 0000000000000000 0123456789abcdef");
        assertThat(Disassembler.text(instruction)).startsWith("? bits 256");
        assertThat(Disassembler.text(Instruction.of(Opcode.SCALAR).set("destination", 3)))
                .isEqualTo("destination=3");
    }
}
