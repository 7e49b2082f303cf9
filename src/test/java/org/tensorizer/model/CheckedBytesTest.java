package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;

/** The budget to its last byte, and regions to theirs. */
class CheckedBytesTest {
    /** A megabyte, and 32 bytes for each byte of the file. */
    private static final int BUDGET = (1 << 20) + 32;

    private final CheckedBytes bytes = new CheckedBytes("file", new byte[] {'x'});

    @Test
    void theWholeBudgetMayBeUsedAndNoMore() {
        bytes.unfold(BUDGET / 32, 32, 0, "field");

        assertThatExceptionOfType(BadInputException.class)
                .isThrownBy(() -> bytes.unfold(1, 1, 7, "field"))
                .withMessageContaining("byte " + 7 + ",")
                .withMessageContaining("more than 32 times its 1 bytes");
    }

    @Test
    void aTextOfOneByteCostsSeventyBytes() {
        for (int i = 0; i < BUDGET / 70; i++) {
            assertThat(bytes.text(bytes.all(), "field")).isEqualTo("x");
        }
        assertThatThrownBy(() -> bytes.text(bytes.all(), "field")).isInstanceOf(BadInputException.class);
    }

    @Test
    void regionsMayTouchButNotOverlap() {
        ByteRange first = new ByteRange(0, 4);
        ByteRange second = new ByteRange(4, 8);
        ByteRange third = new ByteRange(7, 9);
        ByteRange empty = new ByteRange(2, 2);

        assertThatCode(() -> bytes.checkDisjoint(List.of(second, empty, first), "parts"))
                .doesNotThrowAnyException();
        assertThatExceptionOfType(BadInputException.class)
                .isThrownBy(() -> bytes.checkDisjoint(List.of(third, second, first), "parts"))
                .withMessage("file: byte 7, parts: expected regions that do not overlap, found [4, 8) and [7, 9)");
    }

    @Test
    void aRangeContainsItsFirstByteAndNotItsEnd() {
        ByteRange range = new ByteRange(3, 5);

        assertThat(range.contains(2)).isFalse();
        assertThat(range.contains(3)).isTrue();
        assertThat(range.contains(4)).isTrue();
        assertThat(range.contains(5)).isFalse();
        assertThat(range.contains(range)).isTrue();
        assertThat(range.contains(new ByteRange(5, 5))).isTrue();
        assertThat(range.contains(new ByteRange(2, 5))).isFalse();
        assertThat(range.contains(new ByteRange(3, 6))).isFalse();
    }
}
