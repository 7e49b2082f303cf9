package org.tensorizer.tools;

import java.util.List;
import java.util.function.LongSupplier;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.Elements;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.TfliteModel;

/**
 * Latency of one model on one device, as the caller sees it: from the input on the Java heap to the output there.
 *
 * @param model its name
 * @param device its name
 * @param provenance of the answers; the latency of an emulated chip says nothing about silicon
 * @param plan how often it ran
 * @param openMicros loading the model
 * @param firstMicros the first inference, in which a Coral is sent the weights
 * @param steady the inferences after the warm-up
 * @param argmax of the first output
 */
public record Latency(
        String model,
        String device,
        String provenance,
        Plan plan,
        double openMicros,
        double firstMicros,
        Timings steady,
        TopK argmax) {
    /**
     * Loads the model and measures: the first inference, the warm-up, then the runs that count.
     *
     * @param inputs raw bytes of each input tensor, the same for all inferences
     * @throws org.tensorizer.device.DeviceFault the device failed
     * @throws org.tensorizer.base.BadInputException the model is refused, or the device only replays a record
     */
    public static Latency measure(Device device, TfliteModel model, List<byte[]> inputs, Plan plan) {
        return measure(device, model, inputs, plan, System::nanoTime);
    }

    static Latency measure(Device device, TfliteModel model, List<byte[]> inputs, Plan plan, LongSupplier clock) {
        Timings.Stopwatch.require(device);
        Timings.Stopwatch watch = new Timings.Stopwatch(clock);
        long start = clock.getAsLong();
        try (Session session = device.open(model)) {
            long open = clock.getAsLong() - start;
            long first = watch.time(session, inputs);
            watch.skip(session, inputs, plan.warmup());
            long[] nanos = new long[plan.runs()];
            for (int i = 0; i < nanos.length; i++) {
                nanos[i] = watch.time(session, inputs);
            }
            TensorSpec output = session.outputs().get(0);
            return new Latency(
                    model.name(),
                    device.name(),
                    device.provenance().toString(),
                    plan,
                    open / 1000.0,
                    first / 1000.0,
                    Timings.of(nanos),
                    TopK.of(Elements.of(output.type(), session.run(inputs).get(0)), 1)
                            .get(0));
        }
    }

    /** {@code RESULT model=... device=... min_us=... ...}, one line without its end; its keys are stable. */
    public String resultLine() {
        Timings.ResultLine line = new Timings.ResultLine()
                .add("model", model)
                .add("device", device)
                .add("provenance", provenance)
                .add("runs", plan.runs())
                .add("warmup", plan.warmup());
        steady.into(line);
        return line.micros("first_us", firstMicros)
                .micros("open_us", openMicros)
                .add("argmax", argmax.index())
                .add("score", argmax.value())
                .toString();
    }

    /**
     * How often to run.
     *
     * @param runs inferences that count, at least 1
     * @param warmup inferences before them that do not, the very first not among them
     */
    public record Plan(int runs, int warmup) {
        /** As the published Dense runs: 30 inferences after 5 (source: coral-usb-oxidized, tensorizer_dense_template.md). */
        public static final Plan DEFAULT = new Plan(30, 5);

        private static final int MOST = 10_000_000;

        /** @throws BadInputException a number out of range */
        public Plan {
            require("runs", runs, 1);
            require("warm-up", warmup, 0);
        }

        private static void require(String name, int value, int least) {
            if (value < least || value > MOST) {
                throw new BadInputException(name + ": expected " + least + " to " + MOST + ", found " + value);
            }
        }
    }
}
