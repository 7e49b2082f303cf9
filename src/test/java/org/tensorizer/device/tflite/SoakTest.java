package org.tensorizer.device.tflite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.Resources;
import org.tensorizer.SharedFolder;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.EmulatorDevice;

/** Load, run, close, again and again: the process must not grow. Long form: {@code -Dtensorizer.soak=100000}. */
class SoakTest {
    private static final int CYCLES = Integer.getInteger("tensorizer.soak", 2000);

    /** Noise of the allocator and the heap; a model lost in each cycle would be 60 to 100 MB for each thousand. */
    private static final long SLACK_KB = 40_000;

    private final TestReporter reporter;

    SoakTest(TestReporter reporter) {
        this.reporter = reporter;
    }

    @Test
    void cpu() throws InterruptedException {
        byte[] model = SharedFolder.bytes(SharedFolder.template("dense_256.tflite"));
        soak(() -> new CpuDevice().open("dense_256", model));
    }

    @Test
    void customKernel() throws InterruptedException {
        byte[] model = SharedFolder.bytes(SharedFolder.template("dense_256_edgetpu.tflite"));
        soak(() -> TfliteSession.open("dense_256", model, options -> CustomKernelTest::invert));
    }

    @Test
    void emulator() throws Exception {
        byte[] model = Files.readAllBytes(Path.of("fixtures/templates/dense_256_int8_identity_edgetpu.tflite"));
        EmulatorDevice device = new EmulatorDevice();
        soak(() -> device.open("identity", model));
    }

    private interface Opening {
        Session open();
    }

    private void soak(Opening opening) throws InterruptedException {
        byte[] input = new byte[256];
        cycle(opening, input, CYCLES / 4);
        Resources before = Resources.now();
        cycle(opening, input, CYCLES);
        Resources after = Resources.settled(before);
        reporter.publishEntry(Map.of("cycles", "" + CYCLES, "before", "" + before, "after", "" + after));
        after.assertNoMoreThan(before, SLACK_KB);
    }

    private static void cycle(Opening opening, byte[] input, int cycles) {
        byte[] expected = null;
        for (int i = 0; i < cycles; i++) {
            try (Session session = opening.open()) {
                byte[] output = session.run(input);
                expected = expected == null ? output : expected;
                assertThat(output).isEqualTo(expected);
            }
            if (i % 250 == 0) {
                System.gc();
            }
        }
    }
}
