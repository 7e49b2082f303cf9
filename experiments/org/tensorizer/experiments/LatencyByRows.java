package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.tensorizer.compiler.ConvolutionModel;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.gemm.RowPlan;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.tools.Latency;

/*
 * One inference costs a round trip over USB, whatever it computes. Claim: rows that share an inference share that cost. Four
 * times as many rows in one inference take clearly less than four times as long, from 16 rows to 1024, with the same weights.
 *
 * The control is the calculation that `plan` makes: it stands beside each measured time. What an emulator takes is the time
 * of this machine, so without a Coral there is nothing to measure.
 *
 * Alone: mvn test -Dexperiment=LatencyByRows -Dtensorizer.device=usb
 */
@Hypothesis(
        value = "The time for one row of a matrix product falls as more rows share an inference",
        refutedBy = "Four times the rows that take 3.2 times as long or longer: the rows are taken one by one",
        source =
                "Derived: one round trip an inference was published, so was the rate of the wire; the ops are calculated",
        theme = Hypothesis.Theme.NETWORKS)
class LatencyByRows {
    private static final int CHANNELS = 128;
    private static final int[] SIDES = {4, 8, 16, 32};
    private static final double CLEARLY = 0.8;
    private static final Latency.Plan PLAN = new Latency.Plan(5, 1);

    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.shownBy(
                "LatencyByRowsTest#rowsOneByOneRefute", "a device that takes the rows of an inference one by one"));
    }

    @Test
    void fourTimesTheRowsTakeLessThanFourTimesAsLong(Bench bench, Evidence evidence) {
        Device device = bench.device();
        assumeTrue(
                device.provenance() == Provenance.SILICON || device.provenance() == Provenance.DOUBLE,
                "needs a Coral: the latency of " + device.name() + " (" + device.provenance() + ") is not the chip's");

        StringBuilder table = new StringBuilder("rows,median us,us for one row,calculated us\n");
        int[] expected = new int[SIDES.length - 1];
        int[] falls = new int[SIDES.length - 1];
        double before = 0;
        for (int i = 0; i < SIDES.length; i++) {
            int rows = SIDES[i] * SIDES[i];
            double median = median(device, SIDES[i]);
            double calculated = 1e6 * RowPlan.of(rows, CHANNELS, CHANNELS).seconds();
            table.append(String.format(Locale.ROOT, "%d,%.1f,%.3f,%.1f%n", rows, median, median / rows, calculated));
            if (i > 0) {
                expected[i - 1] = 1;
                falls[i - 1] = median / rows <= CLEARLY * before ? 1 : 0;
            }
            before = median / rows;
        }
        evidence.table("rows of 128 inputs to 128 outputs in one inference", table.toString());
        evidence.fact("control", "the calculated times contain the weights, which are sent once");
        evidence.expect("1 where the time for a row falls, from 16 rows on, by fours", expected, falls);
    }

    private static double median(Device device, int side) {
        byte[] weights = RowsOfMatrices.random(CHANNELS * CHANNELS, side);
        ConvolutionModel model =
                RowsOfMatrices.convolution(side, side, CHANNELS, CHANNELS, 1, RowsOfMatrices.SCALE * 20, weights);
        byte[] input = RowsOfMatrices.random(side * side * CHANNELS, 7);
        TfliteModel compiled = TfliteModel.parse(side * side + " rows", model.compiled());
        return Latency.measure(device, compiled, List.of(input), PLAN).steady().p50();
    }
}
