package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.layout.DenseLayout.WeightBlock;

class GemmPlanTest {
    @Test
    void tilesCoverTheMatrixOnceEach() {
        GemmPlan plan = GemmPlan.on(DenseShape.of(64, 128, ParameterFormat.PER_TENSOR), 300, 200);
        int[] seen = new int[300 * 200];
        for (int tile = 0; tile < plan.blocks(); tile++) {
            WeightBlock block = plan.block(tile);
            for (int out = block.out(); out < block.out() + block.outs(); out++) {
                for (int in = block.in(); in < block.in() + block.ins(); in++) {
                    seen[out * 200 + in]++;
                }
            }
        }
        assertThat(seen).containsOnly(1);
        assertThat(plan.blockRows()).isEqualTo(3);
        assertThat(plan.blockColumns()).isEqualTo(4);
        assertThat(plan.inferences(10)).isEqualTo(120);
        assertThat(plan.uploadBytes()).isEqualTo(12L * 64 * 128);
    }

    /** The rectangle 4096 -> 2048 fills the chip's memory; squares take twice as many tiles. */
    @ParameterizedTest
    @CsvSource({
        "4096, 4096, PER_TENSOR, LIKELY, 4096, 2048, 2",
        "4096, 4096, PER_TENSOR, FIRM, 2048, 2048, 4",
        "1000, 1000, PER_TENSOR, FIRM, 1024, 1024, 1",
        "1024, 1024, PER_TENSOR, LIKELY, 1024, 1024, 1",
        "521, 1024, PER_TENSOR, LIKELY, 1024, 1024, 1",
        "521, 1024, PER_TENSOR_BIAS, LIKELY, 1024, 521, 1",
        "10000, 100, PER_TENSOR, LIKELY, 100, 3584, 3",
        "2048, 2048, PER_CHANNEL, LIKELY, 2048, 1024, 2",
        "2048, 2048, PER_CHANNEL, FIRM, 1024, 1024, 4",
        "3000, 4096, PER_CHANNEL_BIAS, LIKELY, 4096, 1000, 3"
    })
    void choosesTheFewestTiles(
            int outputs,
            int inputs,
            ParameterFormat format,
            ShapeStatus.Level level,
            int width,
            int height,
            int tiles) {
        GemmPlan plan = GemmPlan.choose(outputs, inputs, format, level);
        assertThat(plan.template()).isEqualTo(DenseShape.of(width, height, format));
        assertThat(plan.blocks()).isEqualTo(tiles);
        assertThat(plan.text(256))
                .contains(plan.template().toString(), 256 * tiles + " for 256 vectors", plan.reason());
    }

    @Test
    void neverMoreTilesThanTheBestVerifiedSquare() {
        Random random = new Random(3);
        for (int i = 0; i < 60; i++) {
            int outputs = 1 + random.nextInt(9000);
            int inputs = 1 + random.nextInt(9000);
            GemmPlan any = GemmPlan.choose(outputs, inputs, ParameterFormat.PER_TENSOR, ShapeStatus.Level.LIKELY);
            GemmPlan firm = GemmPlan.choose(outputs, inputs, ParameterFormat.PER_TENSOR, ShapeStatus.Level.FIRM);
            assertThat(any.blocks()).as("%d x %d", outputs, inputs).isLessThanOrEqualTo(firm.blocks());
            assertThat(any.blocks() * any.utilization() * any.template().payloadBytes())
                    .isGreaterThan(0.99 * outputs * inputs);
        }
    }

    @Test
    void saysWhy() {
        assertThat(GemmPlan.choose(4096, 4096, ParameterFormat.PER_TENSOR, ShapeStatus.Level.LIKELY)
                        .reason())
                .isEqualTo(
                        "fewest blocks (2); the best verified template, Dense 2048 -> 2048, PER_TENSOR, would take 4");
        assertThatThrownBy(() -> GemmPlan.choose(100, 100, ParameterFormat.PER_TENSOR_BIAS, ShapeStatus.Level.FIRM))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no verified template of format PER_TENSOR_BIAS");
    }

    @Test
    void aPlanCountsAndSaysWhatItCosts() {
        GemmPlan plan = GemmPlan.on(DenseShape.of(64, 128, ParameterFormat.PER_TENSOR), 300, 200);
        assertThat(plan.utilization()).isEqualTo(300 * 200 / (12.0 * 128 * 64));
        assertThat(plan.text(1).lines())
                .containsExactly(
                        "W 300 x 200 on Dense 64 -> 128, PER_TENSOR (extrapolated)",
                        "blocks      12 (3 along the outputs, 4 along the inputs), 61 % of each is W",
                        "inferences  12 for 1 vector",
                        "uploads     12 payloads of 8192 bytes",
                        "chosen      the template that was given");
        GemmPlan one = GemmPlan.on(DenseShape.square(64, ParameterFormat.PER_TENSOR), 64, 32);
        assertThat(one.text(2)).contains(", 50 % of each is W", "2 for 2 vectors", "uploads     1 payload of 4096");
    }

    @ParameterizedTest
    @CsvSource({
        "4096, 4096, PER_TENSOR, FIRM, 'fewest blocks (4) of the templates whose program is verified'",
        "1024, 1024, PER_TENSOR, LIKELY, 'one block holds it, and its program is verified'",
        "521, 1024, PER_TENSOR_BIAS, LIKELY, 'one block holds it; no template of this format is verified'",
        "3000, 4096, PER_CHANNEL_BIAS, LIKELY, 'fewest blocks (3); no template of this format is verified'",
        "521, 1024, PER_TENSOR, LIKELY, 'one block holds it, and its program is verified'",
        "100, 100, PER_TENSOR, LIKELY, 'one block holds it, and its program is verified'",
    })
    void theReasonNamesTheAlternative(
            int outputs, int inputs, ParameterFormat format, ShapeStatus.Level level, String reason) {
        assertThat(GemmPlan.choose(outputs, inputs, format, level).reason()).isEqualTo(reason);
    }
}
