package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.Fixture;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Session;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.network.TestNetwork;

/** Compiled models through TFLite's interpreter, against TFLite's own kernels on their sources. */
class EmulatorDeviceTest {
    static Stream<Arguments> templates() {
        return TestNetwork.rows("templates/dense_256, 200", "templates/dense_1024, 50");
    }

    @ParameterizedTest
    @MethodSource("templates")
    void templatesAgreeWithTheCpuOnTheirSources(TestNetwork template, int inputs) {
        Random random = new Random(20260000);
        int differing = 0;
        int bytes = 0;
        try (EmulatorDevice emulator = new EmulatorDevice();
                CpuDevice cpu = new CpuDevice();
                Session emulated = emulator.open(template.compiled().get());
                Session expected = cpu.open(template.source().get())) {
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
