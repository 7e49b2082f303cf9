package org.tensorizer.tools;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;

/**
 * A set of durations. Percentiles are nearest-rank: the smallest duration that at least so many percent do not exceed.
 * Immutable.
 */
public final class Timings {
    private final long[] sorted;

    private Timings(long[] sorted) {
        this.sorted = sorted;
    }

    /** @param nanos at least one duration in nanoseconds; copied */
    public static Timings of(long... nanos) {
        if (nanos.length == 0) {
            throw new IllegalArgumentException("no durations");
        }
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Timings(sorted);
    }

    int count() {
        return sorted.length;
    }

    /** Microseconds, as all that follow. */
    public double min() {
        return micros(sorted[0]);
    }

    public double p50() {
        return percentile(50);
    }

    public double p95() {
        return percentile(95);
    }

    public double max() {
        return micros(sorted[sorted.length - 1]);
    }

    /** Arithmetic mean. */
    public double avg() {
        return Arrays.stream(sorted).average().orElseThrow() / 1000;
    }

    /** @param percent above 0, at most 100 */
    public double percentile(int percent) {
        if (percent < 1 || percent > 100) {
            throw new IllegalArgumentException("percentile " + percent + ", expected 1 to 100");
        }
        long rank = ((long) percent * sorted.length + 99) / 100;
        return micros(sorted[(int) rank - 1]);
    }

    private static double micros(long nanos) {
        return nanos / 1000.0;
    }

    void into(ResultLine line) {
        line.micros("min_us", min())
                .micros("p50_us", p50())
                .micros("p95_us", p95())
                .micros("avg_us", avg())
                .micros("max_us", max());
    }

    /**
     * One line for machines: {@code RESULT key=value key=value}. Values hold no white space: it becomes {@code %20} and the
     * like, and {@code %} becomes {@code %25}. Durations are microseconds with one decimal.
     */
    static final class ResultLine {
        private final StringBuilder line = new StringBuilder("RESULT");

        ResultLine add(String key, Object value) {
            line.append(' ').append(key).append('=');
            for (char c : String.valueOf(value).toCharArray()) {
                if (c == '%' || Character.isWhitespace(c) || Character.isISOControl(c)) {
                    line.append(String.format("%%%02X", (int) c));
                } else {
                    line.append(c);
                }
            }
            return this;
        }

        ResultLine micros(String key, double value) {
            return add(key, String.format(Locale.ROOT, "%.1f", value));
        }

        ResultLine ratio(String key, double value) {
            return add(key, String.format(Locale.ROOT, "%.4f", value));
        }

        @Override
        public String toString() {
            return line.toString();
        }
    }

    /** Times inferences of one session, one after another. */
    static final class Stopwatch {
        private final LongSupplier clock;

        /** @param clock nanoseconds, as {@link System#nanoTime} */
        Stopwatch(LongSupplier clock) {
            this.clock = clock;
        }

        /** @throws BadInputException the device reads answers from a record: that takes no time worth knowing */
        static void require(Device device) {
            if (device.provenance() == Provenance.REPLAYED) {
                throw new BadInputException(
                        device.name() + ": a record has no latency of its own; measure on a device");
            }
        }

        long time(Runnable run) {
            long start = clock.getAsLong();
            run.run();
            return clock.getAsLong() - start;
        }

        long time(Session session, List<byte[]> inputs) {
            return time(() -> session.run(inputs));
        }

        /** Runs that count for nothing. */
        void skip(Session session, List<byte[]> inputs, int times) {
            for (int i = 0; i < times; i++) {
                session.run(inputs);
            }
        }
    }
}
