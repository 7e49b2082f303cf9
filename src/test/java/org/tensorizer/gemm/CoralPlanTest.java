package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.gemm.CoralPlan.Rate;

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
        assertThatThrownBy(() -> single.on(0)).isInstanceOf(BadInputException.class);
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
                .contains("exact W 40 x 50", "80 inferences of each block");
    }

    /** Three tiles of 64 x 64, 1,000 inferences each: 2 + 1 on two Corals. */
    @Test
    void theBusyCoralTheBusAndTheHost() {
        CoralPlan plan = new CoralPlan("work", DenseShape.square(64, ParameterFormat.PER_TENSOR), 3, 1000);
        CoralPlan.Cost cost = plan.on(1);
        assertThat(cost.uploads()).isEqualTo(3);
        assertThat(cost.inferences()).isEqualTo(3000);
        assertThat(cost.uploadSeconds()).isCloseTo(3 * 4096 / 70e6, within(1e-12));
        assertThat(cost.runSeconds()).isCloseTo(0.9, within(1e-9));
        assertThat(cost.busSeconds()).isCloseTo((3 * 4096 + 3000.0 * plan.bytesPerInference()) / 500e6, within(1e-12));
        assertThat(cost.hostSeconds()).isCloseTo(0.06, within(1e-9));
        CoralPlan.Cost two = plan.on(2);
        assertThat(two.uploads()).isEqualTo(3);
        assertThat(two.inferences()).isEqualTo(1500);
        assertThat(two.busSeconds()).isCloseTo((6 * 4096 + 3000.0 * plan.bytesPerInference()) / 500e6, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 2, 0, 0, inference, 3",
        "2, 1, 0, 0, upload, 3",
        "2, 2, 0, 0, inference, 4",
        "1, 2, 4, 0, bus, 4",
        "1, 2, 3, 3, inference, 3",
        "1, 2, 0, 4, host, 4",
        "1, 2, 5, 4, bus, 5",
        "1, 2, 5, 5, host, 5",
        "1, 2, 4, 5, host, 5",
    })
    void theLongestIsTheLimit(double upload, double run, double bus, double host, String limit, double seconds) {
        CoralPlan.Cost cost = new CoralPlan.Cost(1, 1, 1, upload, run, bus, host);
        assertThat(cost.limit()).isEqualTo(limit);
        assertThat(cost.seconds()).isEqualTo(seconds);
    }

    /** 70,000,000 bytes would upload in a second, so 64 x 64 take 58.5 us; 437 MB/s 9.4 us. */
    @Test
    void thePageInFull() {
        CoralPlan plan = new CoralPlan("work", DenseShape.square(64, ParameterFormat.PER_TENSOR), 1, 10);
        List<String> page = plan.text(1).lines().toList();
        assertThat(page.subList(0, 7))
                .containsExactly(
                        "CALCULATED from published rates, not measured: work",
                        "blocks: 1 of Dense 64 -> 64, PER_TENSOR, 4096 bytes each; 10 inferences of each block",
                        "",
                        "corals  uploads      upload    (at best)  inferences     running         all   with open  limit",
                        "     1        1     58.5 us       9.4 us          10      3.0 ms      3.1 ms      2.00 s  inference",
                        "",
                        "Limits: an inference moves " + plan.bytesPerInference()
                                + " bytes, so one USB 3.0 controller keeps about " + plan.mostCoralsByBus()
                                + " Corals busy, and one core of the host about 15.");
        assertThat(page.get(7)).startsWith("Runners: a Coral belongs to one process at a time.");
        assertThat(page.get(8))
                .startsWith("opening costs as much as 6667 inferences.")
                .endsWith("a change of payload costs as much as 0 inferences.");
        assertThat(page.get(9)).isEmpty();
        assertThat(page.subList(10, page.size()))
                .containsExactlyElementsOf(
                        List.of(Rate.OPEN, Rate.UPLOAD, Rate.FASTEST_UPLOAD, Rate.INFERENCE, Rate.BUS, Rate.HOST)
                                .stream()
                                .map(rate -> "%-15s %-9s %s".formatted(rate.name(), rate.text(), rate.source()))
                                .toList());
        assertThat(CoralPlan.of(GemmPlan.on(SQUARE, 2688, 2688), 4000).text(1))
                .contains("a change of payload costs as much as 344 inferences.")
                .contains("    103.2 ms      16.5 ms        4000      1.20 s");
        CoralPlan second = new CoralPlan("work", DenseShape.square(64, ParameterFormat.PER_TENSOR), 1, 3333);
        assertThat(second.text(1)).contains(" 999.9 ms ");
    }
}
