package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;

/** Chips that read weight rows differently. */
class ChipParametersTest {
    private static final int N = 256;

    static Iterable<ChipParameters> wrongChips() {
        return ChipParameters.wrongChips();
    }

    @Test
    void theEdgeTpuReadsRowsInOrder() {
        assertThat(WeightRows.positions(ChipParameters.EDGE_TPU, 64, N))
                .isEqualTo(IntStream.range(0, 64 * N).toArray());
    }

    @ParameterizedTest
    @MethodSource("wrongChips")
    void everyByteIsReadOnceAlsoWhereNumbersDoNotDivide(ChipParameters chip) {
        for (int[] size : new int[][] {{64, 256}, {64, 500}, {12, 8}, {40, 100}}) {
            assertThat(IntStream.of(WeightRows.positions(chip, size[0], size[1]))
                            .sorted()
                            .toArray())
                    .as("%d lanes, %d inputs", size[0], size[1])
                    .isEqualTo(IntStream.range(0, size[0] * size[1]).toArray());
        }
    }

    @ParameterizedTest
    @MethodSource("wrongChips")
    void wrongChipsGiveOtherOutputs(ChipParameters chip) {
        TestDense dense = TestDense.random(DenseShape.square(N, ParameterFormat.PER_CHANNEL), 3);
        byte[] in = dense.randomInput(new Random(4));
        byte[] out = new byte[N];
        dense.compiled().load(chip).run(in, out);
        assertThat(out).as("%s", chip).isNotEqualTo(dense.expected(in));
    }

    /** Where each chip finds W[out][in] of the second group, N = 256, without header. */
    @Test
    void positionsOfOneWeight() {
        int out = 64 + 41;
        int in = 86;
        int group = 64 * N;
        assertPosition(ChipParameters.EDGE_TPU, out, in, group + in / 4 * 256 + 41 * 4 + in % 4);
        assertPosition(
                ChipParameters.EDGE_TPU.withLanes(32),
                out,
                in,
                out / 32 * 32 * N + in / 4 * 128 + out % 32 * 4 + in % 4);
        assertPosition(
                ChipParameters.EDGE_TPU.withLanes(8), out, in, out / 8 * 8 * N + in / 4 * 32 + out % 8 * 4 + in % 4);
        assertPosition(ChipParameters.EDGE_TPU.withInputs(8), out, in, group + in / 8 * 512 + 41 * 8 + in % 8);
        assertPosition(ChipParameters.EDGE_TPU.withInputs(1), out, in, group + in * 64 + 41);
        assertPosition(ChipParameters.EDGE_TPU.columnMajor(), out, in, group + in * 64 + 41);
        assertPosition(ChipParameters.EDGE_TPU.withLaneFastest(true), out, in, group + in / 4 * 256 + in % 4 * 64 + 41);
        assertPosition(
                ChipParameters.EDGE_TPU.withReversedLanes(true),
                out,
                in,
                group + in / 4 * 256 + (63 - 41) * 4 + in % 4);
        assertPosition(ChipParameters.EDGE_TPU.rowMajor(), out, in, out * N + in);
    }

    /** A payload with one weight set moves one output, and only when its input is driven. */
    private static void assertPosition(ChipParameters chip, int out, int in, int position) {
        TestDense zero = TestDense.constant(
                N,
                128,
                TestDense.random(DenseShape.square(N, ParameterFormat.PER_TENSOR), 1)
                        .quantization());
        byte[] payload = zero.payload();
        payload[position] = (byte) 255;
        byte[] values = new byte[N];
        java.util.Arrays.fill(values, (byte) zero.quantization().inputZeroPoint());
        byte[] background = new byte[N];
        byte[] moved = new byte[N];
        EmulatedProgram program = zero.compiled().withPayload(payload).load(chip);
        program.run(values, background);
        values[in] = (byte) 255;
        program.run(values, moved);
        for (int o = 0; o < N; o++) {
            assertThat(moved[o] != background[o]).as("%s, output %d", chip, o).isEqualTo(o == out);
        }
    }

    @Test
    void weightCodes() {
        int[] stored = {0, 1, 127, 128, 129, 255};
        assertThat(IntStream.of(stored).map(ChipParameters.WeightCode.OFFSET_128::unsigned))
                .containsExactly(0, 1, 127, 128, 129, 255);
        assertThat(IntStream.of(stored).map(b -> ChipParameters.WeightCode.TWOS_COMPLEMENT.unsigned(b) - 128))
                .containsExactly(0, 1, 127, -128, -127, -1);
        assertThat(IntStream.of(stored).map(b -> ChipParameters.WeightCode.SIGN_MAGNITUDE.unsigned(b) - 128))
                .containsExactly(0, 1, 127, 0, -1, -127);
    }

    /** Byte 128 all over is weight 0 on the Edge TPU, -128 read as two's complement. */
    @Test
    void aCodeAppliesToEveryStoredByte() {
        TestDense zero = TestDense.constant(
                N,
                128,
                TestDense.random(DenseShape.square(N, ParameterFormat.PER_TENSOR), 1)
                        .quantization());
        TestDense lowest = TestDense.constant(N, 0, zero.quantization());
        byte[] in = zero.randomInput(new Random(5));
        byte[] out = new byte[N];
        zero.compiled()
                .load(ChipParameters.EDGE_TPU.withCode(ChipParameters.WeightCode.TWOS_COMPLEMENT))
                .run(in, out);
        assertThat(out).isEqualTo(lowest.expected(in));
    }

    @Test
    void roundingDiffersOnTiesOnly() {
        assertThat(ChipParameters.Rounding.HALF_TO_EVEN.round(2.5f)).isEqualTo(2);
        assertThat(ChipParameters.Rounding.HALF_TO_EVEN.round(-2.5f)).isEqualTo(-2);
        assertThat(ChipParameters.Rounding.HALF_AWAY_FROM_ZERO.round(2.5f)).isEqualTo(3);
        assertThat(ChipParameters.Rounding.HALF_AWAY_FROM_ZERO.round(-2.5f)).isEqualTo(-3);
        assertThat(ChipParameters.Rounding.HALF_AWAY_FROM_ZERO.round(0.49999997f))
                .isZero();
        assertThat(ChipParameters.Rounding.HALF_AWAY_FROM_ZERO.round(-2.4f)).isEqualTo(-2);
    }

    @Test
    void aChipSaysWhatIsDifferentAboutIt() {
        assertThat(ChipParameters.EDGE_TPU).hasToString("Edge TPU");
        assertThat(ChipParameters.EDGE_TPU.withLanes(32).withLaneFastest(true)).hasToString("32 lanes, lane fastest");
    }
}
