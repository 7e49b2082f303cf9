package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.harness.Verdict;

class LatencyByRowsTest {
    @Test
    void theTimeOfAnEmulatorIsNoEvidence() {
        assertThat(Trial.of(LatencyByRows.class, new EmulatorDevice()).counts())
                .containsOnlyKeys(Verdict.NOT_APPLICABLE);
    }

    /** A round trip of 20 ms whatever the rows, and a little for each of them. */
    @Test
    void rowsThatShareARoundTripSupport() {
        SlowDevice coral = new SlowDevice(rows -> 20_000 + 5 * rows);
        assertThat(Trial.of(LatencyByRows.class, coral).counts()).containsOnlyKeys(Verdict.SUPPORTED);
    }

    @Test
    void rowsOneByOneRefute() {
        SlowDevice serial = new SlowDevice(rows -> 100 * rows);
        assertThat(Trial.of(LatencyByRows.class, serial).with(v -> v == Verdict.REFUTED || v == Verdict.UNSTABLE))
                .isNotEmpty();
    }
}
