package org.tensorizer.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.StubDevice;
import org.tensorizer.model.TfliteModel;

/** Measurements of a chip whose times are known, by its own clock. */
class LatencyTest {
    private static final List<byte[]> INPUT = List.of(new byte[4]);
    private static final TfliteModel A = StubDevice.model("A", (byte) 1);
    private static final TfliteModel B = StubDevice.model("B", (byte) 2);

    @Test
    void firstInferenceWarmUpAndSteadyStateAreApart() {
        AtomicLong count = new AtomicLong();
        // inference 2 to 6 are the warm-up and slow
        FakeChip chip = new FakeChip(model -> count.incrementAndGet() <= 6 ? 900_000 : 200_000 + 1000 * count.get());
        Latency latency = Latency.measure(chip, StubDevice.model("my model"), INPUT, Latency.Plan.DEFAULT, chip);
        assertThat(latency.openMicros()).isEqualTo(2000);
        assertThat(latency.firstMicros()).isEqualTo(1900);
        assertThat(latency.steady().count()).isEqualTo(30);
        assertThat(latency.steady().min()).isEqualTo(207);
        assertThat(latency.steady().max()).isEqualTo(236);
        assertThat(latency.resultLine())
                .isEqualTo("RESULT model=my%20model device=usb:0 provenance=test%20double runs=30 warmup=5 min_us=207.0"
                        + " p50_us=221.0 p95_us=235.0 avg_us=221.5 max_us=236.0 first_us=1900.0 open_us=2000.0 argmax="
                        + latency.argmax().index() + " score="
                        + latency.argmax().value());
    }

    @Test
    void comparisonInterleavesAndLeavesTheUploadsOut() {
        FakeChip chip = new FakeChip(model -> model.equals("A") ? 200_000 : 220_000);
        Latency.Comparison ab = Latency.Comparison.measure(chip, A, B, INPUT, new Latency.Plan(30, 2), 1, chip);
        assertThat(ab.block()).isEqualTo(3);
        assertThat(ab.originalTimings().max()).isEqualTo(200);
        assertThat(ab.patchedTimings().max()).isEqualTo(220);
        assertThat(ab.patchedTimings().count()).isEqualTo(30);
        assertThat(ab.switches().max()).isEqualTo(1220);
        assertThat(ab.ratio()).isEqualTo(1.1);
        assertThat(ab.differs()).isTrue();
        assertThat(String.join("", chip.asked())).startsWith("AABB" + "AAAABBBB" + "BBBBAAAA" + "AAAABBBB");
        assertThat(Collections.frequency(chip.asked(), "A")).isEqualTo(Collections.frequency(chip.asked(), "B"));
        assertThat(ab.resultLine())
                .startsWith(
                        "RESULT original=A patched=B device=usb:0 provenance=test%20double runs=30 warmup=2 block=3")
                .contains(" ratio=1.1000 ratio_low=1.1000 ratio_high=1.1000 ");
    }

    /** Twenty comparisons of a model with itself under noise and drift: about one in twenty may claim a difference. */
    @Test
    void sameLatencyIsRarelyCalledDifferent() {
        int different = 0;
        for (int seed = 0; seed < 20; seed++) {
            different += noisy(seed, 1).differs() ? 1 : 0;
        }
        assertThat(different).isLessThanOrEqualTo(4);
    }

    @Test
    void aTenthMoreIsFoundUnderNoise() {
        for (int seed = 0; seed < 5; seed++) {
            Latency.Comparison ab = noisy(seed, 1.1);
            assertThat(ab.differs()).as(ab.resultLine()).isTrue();
            assertThat(ab.low()).isLessThanOrEqualTo(ab.ratio());
            assertThat(ab.high()).isGreaterThanOrEqualTo(ab.ratio());
            assertThat(ab.ratio()).isBetween(1.05, 1.15);
        }
    }

    private static Latency.Comparison noisy(int seed, double factor) {
        Random random = new Random(seed);
        AtomicLong drift = new AtomicLong();
        FakeChip chip = new FakeChip(model -> (long) ((model.equals("A") ? 1 : factor)
                * (200_000 + 20 * drift.incrementAndGet() + 5000 * Math.abs(random.nextGaussian()))));
        return Latency.Comparison.measure(chip, A, B, INPUT, new Latency.Plan(200, 5), seed, chip);
    }

    @Test
    void theSeedDecidesTheInterval() {
        long[][] above = {{5, 9}, {7, 8}, {6, 6}, {9, 4}, {5, 5}};
        long[][] below = {{5, 5}, {6, 4}, {5, 8}, {4, 4}, {7, 5}};
        Latency.Comparison.Bootstrap bootstrap = new Latency.Comparison.Bootstrap(above, below);
        assertThat(bootstrap.ratio()).isEqualTo(6.0 / 5);
        assertThat(bootstrap.interval(500, 0.95, 3)).isEqualTo(bootstrap.interval(500, 0.95, 3));
        double[] wide = bootstrap.interval(500, 0.95, 3);
        double[] narrow = bootstrap.interval(500, 0.5, 3);
        assertThat(wide[0]).isLessThanOrEqualTo(narrow[0]);
        assertThat(wide[1]).isGreaterThanOrEqualTo(narrow[1]);
    }

    @Test
    void badRequestsAreRefused() {
        assertThatThrownBy(() -> new Latency.Plan(0, 5)).hasMessageContaining("runs: expected 1 to");
        assertThatThrownBy(() -> new Latency.Plan(1, -1)).hasMessageContaining("warm-up: expected 0 to");
        StubDevice replay = new StubDevice("replay of usb:0 (silicon)", Provenance.REPLAYED);
        assertThatThrownBy(() -> Latency.measure(replay, A, INPUT, Latency.Plan.DEFAULT))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no latency of its own");
    }
}
