package org.tensorizer.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.StubDevice;
import org.tensorizer.fuzz.FlatDamage;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;
import org.tensorizer.fuzz.Mutator;
import org.tensorizer.model.TfliteModel;

/** Models whose tensors say what no layer of a chip can have. */
class ModelTargetTest {
    private static final Path MODEL = Path.of("fixtures/templates/dense_256_int8_identity_edgetpu.tflite");

    @Test
    void damagedModelsAreTargetsOrRefused(TestReporter reporter) throws IOException {
        byte[] sound = Files.readAllBytes(MODEL);
        ByteRange compiled = TfliteModel.parse("sound", sound).onlyPackage().range();
        Device device = new StubDevice("stub", Provenance.DOUBLE);
        FlatDamage damage = new FlatDamage(sound, Mutator.sparing(sound, List.of(compiled)));
        Fuzz.ofReader(1, BadInputException.class)
                .run(
                        List.of(new Target("target", sound, damage, (name, bytes) -> {
                            ModelTarget target = new ModelTarget(TfliteModel.parse(name, bytes), device);
                            assertThat(target.input().channels()).isPositive();
                            assertThat(target.output().channels()).isPositive();
                        })),
                        reporter);
    }
}
