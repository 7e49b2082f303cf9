package org.tensorizer.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.SharedFolder;

class InstructionSetTest {
    @ParameterizedTest
    @EnumSource(Opcode.class)
    void noTwoFieldsShareABit(Opcode opcode) {
        BitSet taken = new BitSet();
        taken.set(6, 12);
        for (Field field : InstructionSet.fields(opcode)) {
            assertThat(taken.get(field.bit(), field.end()).isEmpty())
                    .as("%s is free", field)
                    .isTrue();
            assertThat(field.end()).isLessThanOrEqualTo(opcode.bits());
            taken.set(field.bit(), field.end());
        }
    }

    @ParameterizedTest
    @EnumSource(Opcode.class)
    void everyFieldHoldsItsLimitsAndNothingElse(Opcode opcode) {
        for (Field field : InstructionSet.fields(opcode)) {
            for (long value : List.of(field.min(), field.max())) {
                Instruction instruction = Instruction.of(opcode).set(field, value);
                assertThat(instruction.get(field)).as("%s", field).isEqualTo(value);
                assertThat(instruction.set(field, 0)).isEqualTo(Instruction.of(opcode));
            }
            assertThatThrownBy(() -> Instruction.of(opcode).set(field, field.max() + 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(field.name());
            assertThatThrownBy(() -> Instruction.of(opcode).set(field, field.min() - 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void fieldsSpanWordsAndReachSixtyFourBits() {
        Instruction tensor = Instruction.of(Opcode.TENSOR);
        Field wide = new Field("wide", 1000, 64, false, "", Confidence.GUESS, "");
        assertThat(tensor.set(wide, 0xfedcba9876543210L).get(wide)).isEqualTo(0xfedcba9876543210L);
        assertThat(tensor.bits(999, 2)).isZero();
        assertThat(tensor.bits(1004, 4)).isEqualTo(1);
        assertThat(tensor.toBytes()[125]).isEqualTo((byte) 0x10);
    }

    @Test
    void anUnknownNameSaysWhichThereAre() {
        assertThatThrownBy(() -> Instruction.of(Opcode.SEND).get("rows.stride9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SEND has no field rows.stride9")
                .hasMessageContaining("rows.stride3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "uint8_256",
                "uint8_1024",
                "int8_640",
                "int8_1536",
                "int8_2688",
                "any/dense_1024x521_f1",
                "any/dense_256x6_f3",
                "any/dense_500x256_f1"
            })
    void everyBitOfAKnownDenseProgramIsNamedOrOfAKnownVariant(String program) {
        for (String kind : List.of("PC", "EO")) {
            String file = program + "." + kind + ".bin";
            for (Instruction instruction : InstructionStream.frame(file, SharedFolder.bytes(SharedFolder.golden(file)))
                    .instructions()) {
                assertThat(InstructionSet.variant(instruction))
                        .as("%s: %s", file, instruction)
                        .isPresent();
                assertThat(InstructionSet.unlistedBits(instruction)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Variant.class)
    void aFlippedUndecodedBitIsNoKnownVariant(Variant variant) {
        Instruction instruction = Instruction.of(variant);
        assertThat(InstructionSet.variant(instruction)).contains(variant);
        Field low = new Field("low", 0, 6, false, "", Confidence.UNKNOWN, "");
        assertThat(InstructionSet.variant(instruction.set(low, 17))).isEmpty();
        assertThat(InstructionSet.unlistedBits(instruction)).containsExactly(0, 4);
    }
}
