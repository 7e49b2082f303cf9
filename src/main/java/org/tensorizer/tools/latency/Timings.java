package org.tensorizer.tools.latency;

import java.util.Arrays;

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

    public int count() {
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
}
