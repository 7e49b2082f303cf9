package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.Fixture;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Session;
import org.tensorizer.device.tflite.CpuDevice;

/** Real compiled models through TFLite's interpreter, against TFLite's own kernels on their sources. */
class EmulatorDeviceTest {
    @ParameterizedTest
    @CsvSource({"dense_256, 200", "dense_1024, 50"})
    void realTemplatesAgreeWithTheCpuOnTheirSources(String template, int inputs) {
        byte[] compiled = SharedFolder.bytes(SharedFolder.template(template + "_edgetpu.tflite"));
        byte[] source = SharedFolder.bytes(SharedFolder.template(template + ".tflite"));
        Random random = new Random(20260000);
        int differing = 0;
        int bytes = 0;
        try (EmulatorDevice emulator = new EmulatorDevice();
                CpuDevice cpu = new CpuDevice();
                Session emulated = emulator.open(template, compiled);
                Session expected = cpu.open(template, source)) {
            byte[] in = new byte[emulated.inputs().get(0).byteSize()];
            for (int i = 0; i < inputs; i++) {
                random.nextBytes(in);
                byte[] a = emulated.run(in);
                byte[] b = expected.run(in);
                bytes += a.length;
                for (int k = 0; k < a.length; k++) {
                    int difference = Math.abs((a[k] & 0xff) - (b[k] & 0xff));
                    assertThat(difference).as("input %d, output %d", i, k).isLessThanOrEqualTo(1);
                    differing += difference;
                }
            }
        }
        assertThat(differing).as("of %d bytes", bytes).isLessThanOrEqualTo(bytes / 1000);
    }

    @Test
    void uncompiledModelsAreRefused() {
        byte[] source = Fixture.sourceBytes();
        try (EmulatorDevice emulator = new EmulatorDevice()) {
            assertThatThrownBy(() -> emulator.open("dense_256.tflite", source))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("not compiled");
        }
    }
}
