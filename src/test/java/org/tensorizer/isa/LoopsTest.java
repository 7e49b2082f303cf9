package org.tensorizer.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopsTest {
    /** What a unit does with the fields, step by step. */
    private static List<Integer> addresses(Loops loops) {
        List<Integer> addresses = new ArrayList<>(List.of(loops.base()));
        int[] round = new int[loops.limits().length];
        int at = loops.base();
        int j = 0;
        while (j < round.length) {
            if (round[j] < loops.limits()[j]) {
                round[j]++;
                at += loops.strides()[j];
                addresses.add(at);
                j = 0;
            } else {
                round[j++] = 0;
            }
        }
        return addresses;
    }

    @Test
    void stepsBecomeStridesThatLeadBack() {
        Loops loops = Loops.from(10).step(1, 3).repeat(2).step(100, 2).build(5);
        assertThat(addresses(loops)).containsExactly(10, 11, 12, 10, 11, 12, 110, 111, 112, 110, 111, 112);
        assertThat(loops.strides()).containsExactly(1, -2, 98, -102, -102);
        assertThat(loops.limits()).containsExactly(2, 1, 1, 0, 0);
        assertThat(loops.active()).isEqualTo(0b101);
        assertThat(loops.count()).isEqualTo(12);
        assertThat(loops.count(2)).isEqualTo(6);
        assertThat(new int[] {loops.step(0), loops.step(1), loops.step(2), loops.step(3)})
                .containsExactly(1, 0, 100, 0);
    }

    @Test
    void aSingleAddressIsWrittenAsCompilersDo() {
        Loops loops = Loops.from(2078).single().window(1, 1).build(4);
        assertThat(loops.strides()).containsExactly(1, 0, 0, 0);
        assertThat(loops.active()).isZero();
        assertThat(loops).hasToString("2078 | window 1, 1");
    }

    @Test
    void aStreamPassesThroughTwoHalves() {
        Loops loops = Loops.stream(0, 2500, 1024, 1024).build(3);
        assertThat(loops).hasToString("0: +1*1024 r*3 | window 1, 1024 | tail 1, 452");
        assertThat(loops.rewind()).isEqualTo(1024 - 452);
        assertThat(Loops.stream(0, 2048, 1024, 1024).build(3)).hasToString("0: +1*1024 r*2 | window 1, 1024");
    }

    @Test
    void moreLoopsThanTheWalkHasAreRefused() {
        assertThatThrownBy(() -> Loops.from(0).step(1, 2).step(2, 2).build(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2 loops, the walk has 1");
        assertThatThrownBy(() -> Loops.from(0).step(1, 0)).hasMessage("loop 0 of 0 rounds");
    }

    @Test
    void aWalkKeepsItsLoops() {
        Instruction op = Instruction.of(Opcode.MULTIPLY_ACCUMULATE);
        Loops loops = Loops.from(400)
                .step(4, 9)
                .step(-36, 7)
                .repeat(3)
                .window(2, 128)
                .tail(1, 5)
                .build(8);
        Op.ACTIVATIONS.set(op, loops);
        assertThat(Op.ACTIVATIONS.get(op)).isEqualTo(loops).hasSameHashCodeAs(loops);
        assertThat(op.undecodedBits()).isEmpty();
    }
}
