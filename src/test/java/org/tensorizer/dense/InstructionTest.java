package org.tensorizer.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstructionTest {
    private static Field field(int bit, int width) {
        return new Field("f", bit, width, false, "", Confidence.GUESS, "");
    }

    @Test
    void bitsAreReadToTheLast() {
        Instruction start =
                Instruction.of(Opcode.START).set(field(120, 8), 0x93).set(field(0, 3), 5);
        assertThat(start.bits(0, 1)).isEqualTo(1);
        assertThat(start.bits(120, 8)).isEqualTo(0x93);
        assertThat(start.bits(127, 1)).isEqualTo(1);
        assertThat(start.bits(64, 64)).isEqualTo(0x93L << 56);
    }

    @ParameterizedTest
    @CsvSource({"-1, 3", "0, 0", "0, 65", "127, 2", "128, 1", "64, 65"})
    void bitsThatAreNotThereAreRefused(int bit, int width) {
        assertThatThrownBy(() -> Instruction.of(Opcode.START).bits(bit, width))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("START has bits 0..127, asked for " + width + " from " + bit + " on");
    }

    @Test
    void aCopyIsEqualUntilOneOfThemChanges() {
        Instruction scalar = Instruction.of(Opcode.SCALAR).set("destination", 3);
        Instruction copy = scalar.copy();
        assertThat(copy).isEqualTo(scalar).hasSameHashCodeAs(scalar).hasToString("scalar destination=3");
        copy.set("operation", 1);
        assertThat(copy).isNotEqualTo(scalar);
        assertThat(copy.hashCode()).isNotEqualTo(scalar.hashCode());
        assertThat(scalar).hasToString("scalar destination=3");
        assertThat(FieldText.of(copy)).isEqualTo("scalar operation=ADD destination=3");
        assertThat(FieldText.of(copy.set("operation", 0x31))).isEqualTo("scalar operation=ADDI+0x10 destination=3");
    }

    @Test
    void fieldsHaveOneToSixtyFourBits() {
        assertThat(field(0, 1).max()).isOne();
        assertThat(field(0, 64).max()).isEqualTo(-1);
        for (int[] bad : new int[][] {{-1, 1}, {0, 0}, {0, 65}}) {
            assertThatThrownBy(() -> field(bad[0], bad[1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("f: bit " + bad[0] + ", width " + bad[1]);
        }
    }

    @Test
    void opcodesAreFoundByTheirNumber() {
        for (Opcode opcode : Opcode.values()) {
            assertThat(Opcode.of(opcode.code())).contains(opcode);
        }
        for (int none : new int[] {-1, 0, 0x2f, 64}) {
            assertThat(Opcode.of(none)).isEmpty();
        }
        assertThat(Opcode.of(63)).contains(Opcode.END);
        assertThat(Opcode.END.meaning()).isEqualTo("last instruction of a chunk");
    }

    @Test
    void walksAreFoundByTheirName() {
        assertThat(InstructionSet.walks(Opcode.WIDE)).extracting(Walk::name).containsExactly("rows", "words");
        assertThat(InstructionSet.walk(Opcode.WIDE, "words"))
                .isEqualTo(InstructionSet.walks(Opcode.WIDE).get(1));
        assertThatThrownBy(() -> InstructionSet.walk(Opcode.WIDE, "columns"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("WIDE has no walk columns, it has [rows, words]");
    }

    @Test
    void formatsHaveTheBitsOfTheirNumber() {
        for (int code = 0; code < 4; code++) {
            ParameterFormat format = ParameterFormat.of(code);
            assertThat(format.code()).isEqualTo(code);
            assertThat(format.hasBias()).isEqualTo(code % 2 == 1);
            assertThat(format.isPerChannel()).isEqualTo(code >= 2);
            assertThat(ParameterFormat.of(code >= 2, code % 2 == 1)).isEqualTo(format);
        }
        assertThatThrownBy(() -> ParameterFormat.of(4)).hasMessageContaining("parameter format 4, expected 0..3");
        assertThatThrownBy(() -> ParameterFormat.of(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
