package org.tensorizer.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorizer.dense.DenseProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.isa.StreamDiff.Changed;
import org.tensorizer.isa.StreamDiff.Inserted;
import org.tensorizer.isa.StreamDiff.Removed;

class StreamDiffTest {
    private static final Quantization QUANTIZATION = new Quantization(0.1f, 3, 0.01f, 128, 0.2f, 100);

    private static InstructionStream stream(int n) {
        DenseShape shape = DenseShape.square(n, ParameterFormat.PER_TENSOR);
        return InstructionStream.frame(
                "Dense " + n, DenseProgram.executionOnly(shape, QUANTIZATION).bytes());
    }

    @Test
    void aStreamIsIdenticalToItself() {
        StreamDiff diff = StreamDiff.of(stream(256), stream(256));
        assertThat(diff.isIdentical()).isTrue();
        assertThat(diff.entries()).isEmpty();
        assertThat(diff.toString()).contains("identical");
    }

    @Test
    void oneChangedFieldIsOneLine() {
        InstructionStream changed = stream(256);
        int tensor = InstructionStreamTest.index(changed, Opcode.MULTIPLY_ACCUMULATE);
        changed.get(tensor).setFloat(Op.MULTIPLIER, 0.5f);
        StreamDiff diff = StreamDiff.of(stream(256), changed);
        assertThat(diff.entries()).singleElement().isInstanceOfSatisfying(Changed.class, entry -> {
            assertThat(entry.left()).isEqualTo(tensor);
            assertThat(entry.changes()).hasSize(1);
        });
        assertThat(diff.toString()).contains("1 changed, 0 inserted, 0 removed").contains("-> 0.5(3f000000)");
    }

    @Test
    void twoSizesWithTheSameTilesDifferInFieldsOnly() {
        StreamDiff diff = StreamDiff.of(stream(1024), stream(2048));
        assertThat(diff.entries()).isNotEmpty().allMatch(Changed.class::isInstance);
        assertThat(diff.changedFields())
                .contains("MULTIPLY_ACCUMULATE weights.limit0", "MULTIPLY_ACCUMULATE loop1", "OUTFEED units.limit0")
                .doesNotContain("MULTIPLY_ACCUMULATE multiplier", "TILE_FENCE sequence");
    }

    @Test
    void moreTilesAreInsertions() {
        StreamDiff diff = StreamDiff.of(stream(256), stream(320));
        long inserted =
                diff.entries().stream().filter(Inserted.class::isInstance).count();
        assertThat(inserted).isEqualTo(stream(320).size() - stream(256).size());
        assertThat(diff.entries()).noneMatch(Removed.class::isInstance);
        StreamDiff back = StreamDiff.of(stream(320), stream(256));
        assertThat(back.entries().stream().filter(Removed.class::isInstance).count())
                .isEqualTo(inserted);
        assertThat(back.entries()).noneMatch(Inserted.class::isInstance);
    }

    @Test
    void bitsThatNoFieldCoversAreShownWithTheirPlace() {
        byte[] bytes = stream(256).toBytes();
        int at = stream(256).offset(InstructionStreamTest.index(stream(256), Opcode.MULTIPLY_ACCUMULATE));
        bytes[at + 1573 / 8] |= (byte) (1 << 1573 % 8);
        StreamDiff diff = StreamDiff.of(stream(256), InstructionStream.frame("changed", bytes));
        assertThat(diff.changedFields()).isEqualTo(List.of("MULTIPLY_ACCUMULATE bits 1573..1573"));
        assertThat(diff.toString()).contains("bits 1573..1573 0x0 -> 0x1");
    }

    @Test
    void twoEmptyStreamsAreIdentical() {
        InstructionStream empty = InstructionStream.of("empty", List.of());
        assertThat(StreamDiff.of(empty, empty).isIdentical()).isTrue();
        assertThat(StreamDiff.of(empty, stream(256)).entries())
                .hasSize(stream(256).size());
    }
}
