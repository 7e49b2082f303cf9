package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.tensorizer.isa.DenseShape;
import org.tensorizer.isa.ParameterFormat;

class CoralPlanTest {
    private static final DenseShape SQUARE = DenseShape.square(2688, ParameterFormat.PER_TENSOR);

    @Test
    void oneCoralUploadsEachTileOnceAndRunsTheBatchOnIt() {
        CoralPlan.Cost cost =
                CoralPlan.of(GemmPlan.on(SQUARE, 5000, 2688), 1000).on(1);
        assertThat(cost.uploads()).isEqualTo(2);
        assertThat(cost.inferences()).isEqualTo(2000);
        assertThat(cost.uploadSeconds()).isCloseTo(2 * 2688 * 2688 / 70e6, within(1e-9));
        assertThat(cost.runSeconds()).isCloseTo(0.6, within(1e-9));
        assertThat(cost.limit()).isEqualTo("inference");
        assertThat(cost.seconds()).isCloseTo(cost.uploadSeconds() + 0.6, within(1e-9));
    }

    @Test
    void moreCoralsShareTilesAndThenTheBatch() {
        CoralPlan twoTiles = CoralPlan.of(GemmPlan.on(SQUARE, 5000, 2688), 10_000);
        assertThat(twoTiles.on(2).uploads()).isEqualTo(1);
        assertThat(twoTiles.on(2).inferences()).isEqualTo(10_000);
        assertThat(twoTiles.on(4).uploads()).isEqualTo(1);
        assertThat(twoTiles.on(4).inferences()).isEqualTo(5000);
        assertThat(twoTiles.on(3).seconds()).isLessThanOrEqualTo(twoTiles.on(2).seconds());
        CoralPlan single = CoralPlan.of(GemmPlan.on(SQUARE, 100, 100), 1);
        assertThat(single.on(4).seconds()).isEqualTo(single.on(1).seconds());
        assertThat(single.on(1).limit()).isEqualTo("upload");
        assertThatThrownBy(() -> single.on(0)).isInstanceOf(GemmException.class);
    }

    @Test
    void manyCoralsWaitForTheHostOrTheBus() {
        CoralPlan plan = CoralPlan.of(GemmPlan.on(SQUARE, 2688, 2688), 1_000_000);
        assertThat(plan.on(100).limit()).isIn("host", "bus");
        assertThat(plan.on(plan.mostCoralsByBus()).limit()).isEqualTo("inference");
        assertThat(plan.mostCoralsByHost()).isEqualTo(15);
    }

    /** 8976 bytes of instructions were published for this shape. */
    @Test
    void anInferenceMovesInstructionsInputAndOutput() {
        assertThat(CoralPlan.of(GemmPlan.on(SQUARE, 2688, 2688), 1).bytesPerInference())
                .isEqualTo(8976 + 2688 + 2688);
    }

    @Test
    void thePageSaysThatItIsCalculatedAndFromWhat() {
        String page = CoralPlan.of(GemmPlan.on(SQUARE, 4096, 4096), 256).text(1, 2, 4);
        assertThat(page).startsWith("CALCULATED from published rates, not measured: W 4096 x 4096, 256 vectors");
        for (Rate rate : Rate.all()) {
            assertThat(page).contains(rate.text(), rate.source());
        }
        assertThat(page.lines().filter(line -> line.matches(" +[124] .*"))).hasSize(3);
        ByteMatrix w = Matrices.random(40, 50, 1);
        assertThat(CoralPlan.of(ExactGemm.plan(w), 10).text(1))
                .contains("exact W 40 x 50", "80 inferences of each tile");
    }
}
