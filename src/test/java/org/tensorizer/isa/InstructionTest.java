package org.tensorizer.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class InstructionTest {
    @ParameterizedTest
    @CsvSource({"-1, 3", "0, 0", "0, 65", "127, 2", "128, 1", "64, 65"})
    void bitsThatAreNotThereAreRefused(int bit, int width) {
        assertThatThrownBy(() -> Instruction.of(Opcode.START).bits(bit, width))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("START has bits 0..127, asked for " + width + " from " + bit + " on");
    }

    @Test
    void aCopyIsEqualUntilOneOfThemChanges() {
        Instruction scalar = Instruction.of(Opcode.SCALAR).set(Scalar.DESTINATION, 3);
        Instruction copy = scalar.copy();
        assertThat(copy).isEqualTo(scalar).hasSameHashCodeAs(scalar).hasToString("scalar destination=3");
        copy.set(Scalar.OPERATION, Scalar.Alu.ADD.code());
        assertThat(copy).isNotEqualTo(scalar);
        assertThat(copy.hashCode()).isNotEqualTo(scalar.hashCode());
        assertThat(scalar).hasToString("scalar destination=3");
        assertThat(copy).hasToString("scalar operation=ADD destination=3");
        assertThat(copy.set(Scalar.OPERATION, 0x3e)).hasToString("scalar operation=0x3e destination=3");
    }

    @Test
    void aFieldOfAnotherFamilyIsRefused() {
        Instruction op = Instruction.of(Opcode.MULTIPLY_ACCUMULATE);
        assertThat(op.get(Op.LANES)).isZero();
        assertThat(op.get(TileInstruction.TILES)).isZero();
        assertThatThrownBy(() -> op.get(RingBusProducer.KIND_B))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("MULTIPLY_ACCUMULATE has no field kindB @466 (1)");
        assertThatThrownBy(() -> op.set(Resize.NEAREST, 1)).hasMessageContaining("has no field nearest");
        assertThatThrownBy(() -> Instruction.of(Opcode.RESIZE).get(Op.CONSTANT)).hasMessageContaining("constant");
        assertThat(Instruction.of(Opcode.RESIZE).get(Op.LANES)).isZero();
    }

    @Test
    void aValueThatDoesNotFitIsRefused() {
        Instruction op = Instruction.of(Opcode.MULTIPLY_ACCUMULATE);
        assertThatThrownBy(() -> op.set(Op.LANES, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("MULTIPLY_ACCUMULATE lanes @1940 (6): 64 is not in 0..63");
        assertThat(op.set(Op.CONSTANT, -5).get(Op.CONSTANT)).isEqualTo(-5);
        assertThat(op.setFloat(Op.MULTIPLIER, -0.5f).getFloat(Op.MULTIPLIER)).isEqualTo(-0.5f);
    }

    @Test
    void opcodesAreFoundByTheirNumber() {
        for (Opcode opcode : Opcode.values()) {
            assertThat(Opcode.ofFirstBits(opcode.code() << Opcode.BIT)).contains(opcode);
        }
        for (int none : new int[] {0, 0x2f}) {
            assertThat(Opcode.ofFirstBits(none << Opcode.BIT)).isEmpty();
        }
    }

    /** Every field keeps its extremes, and its neighbours are left alone. */
    @ParameterizedTest
    @EnumSource(Opcode.class)
    void everyFieldIsReadAsItWasSet(Opcode opcode) {
        for (Field field : opcode.fields()) {
            for (long value : new long[] {field.max(), field.min()}) {
                Instruction instruction = Instruction.of(opcode).set(field, value);
                assertThat(instruction.get(field)).as(field.toString()).isEqualTo(value);
                assertThat(instruction.undecodedBits()).isEmpty();
                assertThat(instruction.set(field, 0)).isEqualTo(Instruction.of(opcode));
            }
        }
    }
}
