package org.tensorizer.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorizer.SharedFolder;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.layout.ByteRole;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;

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

    /** Header words of lanes that exist only to fill a row up have no effect anybody could see. */
    @Test
    void aPaddedTemplateWithScalesAndBiases() {
        DenseShape shape = new DenseShape(128, 70, ParameterFormat.PER_CHANNEL_BIAS, Activation.NONE);
        Random random = new Random(4);
        byte[] weights = new byte[128 * 70];
        random.nextBytes(weights);
        float[] scales = new float[70];
        for (int out = 0; out < scales.length; out++) {
            scales[out] = 4e-4f + out * 1e-6f;
        }
        TfliteModel model = TfliteModel.parse(
                "padded",
                CompiledModelWriter.write(DenseSpec.of(shape)
                        .weights(weights)
                        .weightScales(scales)
                        .bias(random.ints(70, -20_000, 20_000).toArray())
                        .build()));
        RecoveredLayout layout =
                Recovery.of(new ModelTarget(model, new EmulatorDevice())).run();
        assertThat(layout.isComplete()).isTrue();
        DenseLayout known = DenseLayout.of(shape);
        for (int offset = 0; offset < known.size(); offset++) {
            ByteRole expected = known.role(offset);
            assertThat(layout.role(offset))
                    .as("byte %d", offset)
                    .isEqualTo(expected instanceof ByteRole.Padding ? ByteRole.Recovered.UNUSED : expected);
        }
    }

    @Test
    void otherChipsAreReadWithoutBeingTold() {
        for (ChipParameters chip : ChipParameters.wrongChips()) {
            recover(FIXTURES.resolve("dense_256_int8_identity_edgetpu.tflite"), chip);
        }
    }
}
