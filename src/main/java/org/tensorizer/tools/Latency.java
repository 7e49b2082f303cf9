package org.tensorizer.tools;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.Elements;
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

    /**
     * Latency of a patched model against its original, interleaved so that both meet the same conditions.
     *
     * <p>Both models are loaded at once and take turns in short blocks, in the order A B, B A, A B, ...; the first inference
     * of each block does not count, since a chip that caches one weight set is sent the other's weights there.
     *
     * @param original name of A
     * @param patched name of B
     * @param device its name
     * @param provenance of the answers
     * @param plan inferences that count and warm-up, of each model
     * @param block inferences that count in a block
     * @param seed of the bootstrap
     * @param originalTimings steady state of A
     * @param patchedTimings steady state of B
     * @param switches the inferences in which the device changed from one model to the other
     * @param ratio median of B over median of A
     * @param low lower bound of the ratio, 95 % confidence
     * @param high upper bound
     */
    public record Comparison(
            String original,
            String patched,
            String device,
            String provenance,
            Latency.Plan plan,
            int block,
            long seed,
            Timings originalTimings,
            Timings patchedTimings,
            Timings switches,
            double ratio,
            double low,
            double high) {
        private static final int RESAMPLES = 2000;
        private static final double CONFIDENCE = 0.95;
        private static final int LONGEST_BLOCK = 10;
        private static final int FEWEST_ROUNDS = 10;

        /**
         * Measures. The runs are rounded up to whole blocks, of ten inferences or a tenth of the runs.
         *
         * @param inputs raw bytes of each input tensor, the same for all inferences of both models
         * @throws org.tensorizer.device.DeviceFault the device failed
         * @throws org.tensorizer.base.BadInputException a model is refused, or the device only replays a record
         */
        public static Comparison measure(
                Device device,
                TfliteModel original,
                TfliteModel patched,
                List<byte[]> inputs,
                Latency.Plan plan,
                long seed) {
            return measure(device, original, patched, inputs, plan, seed, System::nanoTime);
        }

        static Comparison measure(
                Device device,
                TfliteModel original,
                TfliteModel patched,
                List<byte[]> inputs,
                Latency.Plan plan,
                long seed,
                LongSupplier clock) {
            Timings.Stopwatch.require(device);
            Timings.Stopwatch watch = new Timings.Stopwatch(clock);
            int block = Math.max(1, Math.min(LONGEST_BLOCK, plan.runs() / FEWEST_ROUNDS));
            int rounds = (plan.runs() + block - 1) / block;
            long[][] a = new long[rounds][];
            long[][] b = new long[rounds][];
            long[] switches = new long[2 * rounds];
            try (Session first = device.open(original);
                    Session second = device.open(patched)) {
                watch.skip(first, inputs, plan.warmup());
                watch.skip(second, inputs, plan.warmup());
                for (int round = 0; round < rounds; round++) {
                    for (int turn = 0; turn < 2; turn++) {
                        boolean isOriginal = turn == round % 2;
                        Session session = isOriginal ? first : second;
                        switches[2 * round + turn] = watch.time(session, inputs);
                        long[] nanos = new long[block];
                        Arrays.setAll(nanos, i -> watch.time(session, inputs));
                        (isOriginal ? a : b)[round] = nanos;
                    }
                }
            }
            Bootstrap bootstrap = new Bootstrap(b, a);
            double[] interval = bootstrap.interval(RESAMPLES, CONFIDENCE, seed);
            return new Comparison(
                    original.name(),
                    patched.name(),
                    device.name(),
                    device.provenance().toString(),
                    new Latency.Plan(rounds * block, plan.warmup()),
                    block,
                    seed,
                    timings(a),
                    timings(b),
                    Timings.of(switches),
                    bootstrap.ratio(),
                    interval[0],
                    interval[1]);
        }

        private static Timings timings(long[][] rounds) {
            return Timings.of(
                    Arrays.stream(rounds).flatMapToLong(Arrays::stream).toArray());
        }

        /** Whether the interval leaves 1 out: the patch changed the latency. */
        public boolean differs() {
            return low > 1 || high < 1;
        }

        /** {@code RESULT original=... patched=... ratio=... ratio_low=... ratio_high=...}; its keys are stable. */
        public String resultLine() {
            return new Timings.ResultLine()
                    .add("original", original)
                    .add("patched", patched)
                    .add("device", device)
                    .add("provenance", provenance)
                    .add("runs", plan.runs())
                    .add("warmup", plan.warmup())
                    .add("block", block)
                    .micros("original_p50_us", originalTimings.p50())
                    .micros("patched_p50_us", patchedTimings.p50())
                    .micros("switch_p50_us", switches.p50())
                    .ratio("ratio", ratio)
                    .ratio("ratio_low", low)
                    .ratio("ratio_high", high)
                    .add("confidence", CONFIDENCE)
                    .add("seed", seed)
                    .toString();
        }

        /**
         * Percentile bootstrap of the ratio of two medians. What is drawn with replacement are whole rounds, both sides of a round
         * together: inferences next to each other in time are alike, and drawing them one by one would make the interval too
         * narrow.
         *
         * <p>Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, percentile intervals; blocks after Kuensch,
         * 1989.
         */
        static final class Bootstrap {
            private final long[][] above;
            private final long[][] below;

            /** Rounds of the numerator {@code above}, as many of the denominator {@code below}. */
            Bootstrap(long[][] above, long[][] below) {
                this.above = above;
                this.below = below;
            }

            /** The ratio of the medians as measured. */
            double ratio() {
                int[] each = new int[above.length];
                Arrays.setAll(each, i -> i);
                return ratio(each);
            }

            /** Bounds that the ratio keeps with this confidence; the same seed gives the same bounds. */
            double[] interval(int resamples, double confidence, long seed) {
                SplittableRandom random = new SplittableRandom(seed);
                double[] ratios = new double[resamples];
                int[] drawn = new int[above.length];
                for (int i = 0; i < resamples; i++) {
                    Arrays.setAll(drawn, k -> random.nextInt(drawn.length));
                    ratios[i] = ratio(drawn);
                }
                Arrays.sort(ratios);
                int tail = (int) Math.floor((1 - confidence) / 2 * resamples);
                return new double[] {ratios[tail], ratios[resamples - 1 - tail]};
            }

            private double ratio(int[] rounds) {
                return median(above, rounds) / median(below, rounds);
            }

            private static double median(long[][] side, int[] rounds) {
                return Timings.of(Arrays.stream(rounds)
                                .mapToObj(round -> side[round])
                                .flatMapToLong(Arrays::stream)
                                .toArray())
                        .p50();
            }
        }
    }
}
