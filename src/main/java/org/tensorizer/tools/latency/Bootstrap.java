package org.tensorizer.tools.latency;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Percentile bootstrap of the ratio of two medians. What is drawn with replacement are whole rounds, both sides of a round
 * together: inferences next to each other in time are alike, and drawing them one by one would make the interval too
 * narrow.
 *
 * <p>Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, percentile intervals; blocks after Kuensch,
 * 1989.
 */
final class Bootstrap {
    private final long[][] above;
    private final long[][] below;

    /** @param above rounds of the numerator; @param below the same number of rounds of the denominator */
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
