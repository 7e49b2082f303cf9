package org.tensorizer.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.recovery.PayloadTarget.Activations;

/** Sizes a fake chip takes seconds for. */
@Tag("long")
class LargeRecoveryTest {
    @ParameterizedTest
    @CsvSource({"512, false", "512, true", "1024, false", "1024, true", "2048, false"})
    void staysInBudget(int size, boolean perChannel) {
        FakeChip chip = perChannel ? FakeChip.perChannel(size, size, false) : FakeChip.tiled(size, size, 64, 4, 0);
        chip.gain = perChannel ? 2e-4f : chip.gain;
        if (perChannel) {
            chip.input = new Activations(size, false, 127);
            chip.output = new Activations(size, false, 130);
            chip.randomWeights(size);
        } else {
            chip.identity();
        }
        RecoveredLayout layout = Recovery.of(chip).run();
        for (int o = 0; o < size; o++) {
            for (int i = 0; i < size; i++) {
                if (layout.weights().at(o, i) != chip.weights.of(o, i)) {
                    assertThat(layout.weights().at(o, i)).as("W[%d][%d]", o, i).isEqualTo(chip.weights.of(o, i));
                }
            }
        }
        assertThat(layout.isComplete()).isTrue();
        assertThat(layout.budget().ratio()).isLessThanOrEqualTo(1.5);
    }
}
