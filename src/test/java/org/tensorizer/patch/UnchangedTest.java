package org.tensorizer.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.ByteRange;

class UnchangedTest {
    private final byte[] before = new byte[10];
    private final byte[] after = new byte[10];
    private final BitSet mayDiffer = new BitSet();

    @Test
    void everyByteOutsideIsCompared() {
        mayDiffer.set(2, 4);
        mayDiffer.set(7);
        after[2] = 1;
        after[7] = 1;
        assertThat(compare()).isEqualTo(7);

        for (int at : new int[] {0, 1, 4, 6, 8, 9}) {
            after[at] = 1;
            assertThatThrownBy(this::compare)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("byte " + at + " differs and is outside of all that was to be patched");
            after[at] = 0;
        }
        mayDiffer.set(0, 10);
        assertThat(compare()).isZero();
    }

    @Test
    void aModelOfAnotherSizeHasChanged() {
        assertThatThrownBy(() ->
                        PatchRecord.compareOutside(mayDiffer, ByteBuffer.wrap(before), ByteBuffer.wrap(new byte[9])))
                .hasMessage("model of 10 bytes has 9 now");
    }

    @Test
    void bytesOfTheRangeAreCounted() {
        Arrays.fill(after, (byte) 1);
        assertThat(PatchRecord.countDiffering(new ByteRange(3, 6), ByteBuffer.wrap(before), ByteBuffer.wrap(after)))
                .isEqualTo(3);
    }

    private int compare() {
        return PatchRecord.compareOutside(mayDiffer, ByteBuffer.wrap(before), ByteBuffer.wrap(after));
    }
}
