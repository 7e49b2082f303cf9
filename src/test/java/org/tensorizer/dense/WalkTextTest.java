package org.tensorizer.dense;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a walk is printed: {@code stride limit} of its loops, innermost first, and which of them move on. */
class WalkTextTest {
    @ParameterizedTest
    @CsvSource({
        "'0 0', 0, 'rows=7'",
        "'1 0', 0, 'rows=7'",
        "'1 0', 1, 'rows=7 (+1 x1)'",
        "'2 0', 0, 'rows=7 (~+2 x1)'",
        "'-1 0', 0, 'rows=7 (~-1 x1)'",
        "'0 1', 0, 'rows=7 (~+0 x2)'",
        "'1 3 -3 0', 0, 'rows=7 (~+1 x4)'",
        "'1 3 -3 0', 1, 'rows=7 (+1 x4)'",
        "'1 3 -2 0', 1, 'rows=7 (+1 x4) (~-2 x1)'",
        "'1 3 3 0', 1, 'rows=7 (+1 x4) (~+3 x1)'",
        "'1 3 -3 0', 3, 'rows=7 (+1 x4) (-3 x1)'",
        "'1 3 -3 0', 2, 'rows=7 (~+1 x4) (-3 x1)'",
        "'1 0 1 0', 0, 'rows=7 (~+1 x1) (~+1 x1)'",
        "'1 3 5 1 -11 0', 3, 'rows=7 (+1 x4) (+5 x2)'",
        "'1 3 5 1 -10 0', 3, 'rows=7 (+1 x4) (+5 x2) (~-10 x1)'",
        "'1 3 5 1 -11 0 -11 0', 11, 'rows=7 (+1 x4) (+5 x2) (~-11 x1) (-11 x1)'",
    })
    void outerLoopsThatRunOnceAndLeadBackAreLeftOut(String loops, int active, String text) {
        Instruction wide = Instruction.of(Opcode.WIDE).set("rows.base", 7).set("rows.active", active);
        set(wide, "rows", loops);
        assertThat(Disassembler.text(wide)).isEqualTo(text + " words=0");
    }

    /** Without flags nothing says that a loop repeats. */
    @ParameterizedTest
    @CsvSource({"'2 1', 'units (+2 x2)'", "'2 1 4 2 1 3', 'units (+2 x2) (+4 x3) (+1 x4)'", "'1 0', 'units'"})
    void aWalkWithoutFlagsOrBase(String loops, String text) {
        Instruction infeed = Instruction.of(Opcode.INFEED);
        set(infeed, "units", loops);
        assertThat(Disassembler.text(infeed)).isEqualTo(text);
    }

    /** The loops that are not given run once and lead back over what the others covered. */
    private static void set(Instruction instruction, String walk, String loops) {
        String[] numbers = loops.split(" ", -1);
        long covered = 0;
        for (int i = 0; i < InstructionSet.walk(instruction.opcode(), walk).loops(); i++) {
            boolean given = 2 * i < numbers.length;
            long stride = given ? Long.parseLong(numbers[2 * i]) : -covered;
            long limit = given ? Long.parseLong(numbers[2 * i + 1]) : 0;
            instruction.set(walk + ".stride" + i, stride).set(walk + ".limit" + i, limit);
            covered += limit * (covered + stride);
        }
    }
}
