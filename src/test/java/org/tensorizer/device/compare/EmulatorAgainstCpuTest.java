package org.tensorizer.device.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.InputFile;
import org.tensorizer.device.Session;
import org.tensorizer.device.compare.CompareDevice.ComparisonReport;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.model.TfliteModel;

/** Two real devices: the emulator on a compiled template, TFLite's own kernels on the source it was compiled from. */
class EmulatorAgainstCpuTest {
    @ParameterizedTest
    @ValueSource(strings = {"dense_256_int8_identity", "dense_256_uint8_per_channel"})
    void agreeToOneStep(String template) {
        Path fixtures = Path.of("fixtures/templates");
        byte[] source = InputFile.read(fixtures.resolve(template + ".tflite"));
        byte[] compiled = InputFile.read(fixtures.resolve(template + "_edgetpu.tflite"));
        Random random = new Random(3);
        try (CompareDevice device = CompareDevice.of(
                new EmulatorDevice(), new CpuDevice(), model -> TfliteModel.parse(model.name(), source))) {
            try (Session session = device.open(template, compiled)) {
                byte[] input = new byte[256];
                for (int i = 0; i < 50; i++) {
                    random.nextBytes(input);
                    session.run(input);
                }
            }
            ComparisonReport report = device.report();
            assertThat(report.inferences()).isEqualTo(50);
            assertThat(report.notCompared()).isZero();
            assertThat(report.total().beyondOne()).as(report.sentence()).isZero();
            assertThat(report.total().differing())
                    .as(report.sentence())
                    .isLessThanOrEqualTo(report.total().values() / 1000);
        }
    }

    /** Without a translation the CPU refuses the compiled model, and says so instead of agreeing. */
    @ParameterizedTest
    @ValueSource(strings = "dense_256_int8_identity")
    void whatTheSecondCannotRunIsNotCompared(String template) {
        byte[] compiled = InputFile.read(Path.of("fixtures/templates/" + template + "_edgetpu.tflite"));
        try (CompareDevice device = CompareDevice.of(new EmulatorDevice(), new CpuDevice());
                Session session = device.open(template, compiled)) {
            session.run(new byte[256]);
            assertThat(device.report().notCompared()).isEqualTo(1);
            assertThat(device.report().reasons()).hasSize(1);
        }
    }
}
