package org.tensorizer.device.tflite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.tensorizer.Resources;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.model.TfliteModel;

/** Load, run, close, again and again, in a process of its own with a heap as small as may be. */
final class Soak {
    /** Cycles between two forced garbage collections. */
    private static final int COLLECT = 250;

    private Soak() {}

    /** What loads the model in each cycle, and the heap that is enough: each works with a megabyte less. */
    enum Subject {
        CPU("6m", "dense_256_int8_identity.tflite"),
        CUSTOM_KERNEL("6m", "dense_256_int8_identity_edgetpu.tflite"),
        EMULATOR("6m", "dense_256_int8_identity_edgetpu.tflite");

        final String heap;
        private final String model;

        Subject(String heap, String model) {
            this.heap = heap;
            this.model = model;
        }

        private Session open(byte[] model) {
            return switch (this) {
                case CPU -> new CpuDevice().open(this.model, model);
                case CUSTOM_KERNEL ->
                    TfliteSession.open(
                            TfliteModel.parse(this.model, model),
                            options -> (inputs, outputs) -> outputs.get(0).put(inputs.get(0)));
                case EMULATOR -> new EmulatorDevice().open(this.model, model);
            };
        }
    }

    /**
     * Prints what the process holds after a quarter of the cycles, which fill what fills once, and after the others.
     *
     * @param args subject, number of cycles
     */
    public static void main(String[] args) throws IOException {
        Subject subject = Subject.valueOf(args[0]);
        int cycles = Integer.parseInt(args[1]);
        byte[] model = Files.readAllBytes(Path.of("fixtures/templates", subject.model));
        cycle(subject, model, cycles / 4);
        System.out.println(Resources.now().toText());
        cycle(subject, model, cycles);
        System.out.println(Resources.now().toText());
    }

    private static void cycle(Subject subject, byte[] model, int cycles) {
        byte[] input = new byte[256];
        byte[] expected = null;
        for (int i = 0; i < cycles; i++) {
            try (Session session = subject.open(model)) {
                byte[] output = session.run(input);
                expected = expected == null ? output : expected;
                if (!Arrays.equals(output, expected)) {
                    throw new IllegalStateException("cycle " + i + ": another answer");
                }
            }
            if (i % COLLECT == 0) {
                System.gc();
            }
        }
    }
}
