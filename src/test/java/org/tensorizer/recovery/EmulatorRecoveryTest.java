package org.tensorizer.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorizer.SharedFolder;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.model.TfliteModel;

/** Recovery through TFLite and the emulated chip: compiled templates, own and the compiler's. */
class EmulatorRecoveryTest {
    private static final Path FIXTURES = Path.of("fixtures", "templates");
    private static final String FORMULA = "offset = (out/64)*%d + %s(in/4)*256 + (out%%64)*4 + in%%4";

    private static RecoveredLayout recover(Path file, ChipParameters chip) {
        RecoveredLayout layout = Recovery.of(new ModelTarget(TfliteModel.read(file), new EmulatorDevice(chip, true)))
                .run();
        assertThat(layout.isComplete()).as("%s", layout.roleCounts()).isTrue();
        assertThat(layout.budget().ratio()).isLessThanOrEqualTo(1.5);
        assertThat(layout.provenance()).isEqualTo(Provenance.EMULATED);
        return layout;
    }

    @Test
    void identityTemplate() {
        RecoveredLayout layout =
                recover(FIXTURES.resolve("dense_256_int8_identity_edgetpu.tflite"), ChipParameters.EDGE_TPU);
        assertThat(layout.formula().orElseThrow().formula()).hasToString(FORMULA.formatted(16384, ""));
        assertThat(layout.budget().bound()).isEqualTo(512);
    }

    @Test
    void perChannelTemplate() {
        RecoveredLayout layout =
                recover(FIXTURES.resolve("dense_256_uint8_per_channel_edgetpu.tflite"), ChipParameters.EDGE_TPU);
        assertThat(layout.formula().orElseThrow().formula()).hasToString(FORMULA.formatted(16896, "512 + "));
        assertThat(layout.headers()).containsKeys("scale", "zero_point");
    }

    @Test
    void theCompilersOwnTemplate() {
        RecoveredLayout layout = recover(SharedFolder.template("dense_256_edgetpu.tflite"), ChipParameters.EDGE_TPU);
        assertThat(layout.formula().orElseThrow().formula()).hasToString(FORMULA.formatted(16896, "512 + "));
    }

    @Test
    @Tag("long")
    void theCompilersOwn1024() {
        RecoveredLayout layout = recover(SharedFolder.template("dense_1024_edgetpu.tflite"), ChipParameters.EDGE_TPU);
        assertThat(layout.formula().orElseThrow().formula()).hasToString(FORMULA.formatted(66048, "512 + "));
    }

    @Test
    void otherChipsAreReadWithoutBeingTold() {
        for (ChipParameters chip : ChipParameters.wrongChips()) {
            recover(FIXTURES.resolve("dense_256_int8_identity_edgetpu.tflite"), chip);
        }
    }
}
