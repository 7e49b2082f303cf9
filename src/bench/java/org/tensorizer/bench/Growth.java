package org.tensorizer.bench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A line through the times of a family of networks over their multiply-accumulates, by least squares.
 *
 * @param points networks
 * @param base milliseconds of a network without any
 * @param perMillion milliseconds for a million of them
 * @param explained share of the variance that the line explains, 1 if all points lie on it
 */
record Growth(int points, double base, double perMillion, double explained) {
    private static final String BENCHMARK = "NetworkBenchmark.emulated";

    /** Of the networks of this run, whose parameter ends with the millions; empty if there are fewer than three. */
    static Optional<Growth> of(List<Result> results) {
        List<Result> family =
                results.stream().filter(r -> r.name().equals(BENCHMARK)).toList();
        return family.size() < 3
                ? Optional.empty()
                : Optional.of(of(
                        family.stream().mapToDouble(Growth::millions).toArray(),
                        family.stream().mapToDouble(r -> r.micros() / 1e3).toArray()));
    }

    private static double millions(Result result) {
        String network = result.parameters().get("network");
        return Double.parseDouble(network.substring(network.lastIndexOf(':') + 1));
    }

    private static Growth of(double[] x, double[] y) {
        double n = x.length;
        double meanX = 0;
        double meanY = 0;
        for (int i = 0; i < x.length; i++) {
            meanX += x[i] / n;
            meanY += y[i] / n;
        }
        double xx = 0;
        double xy = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xx += (x[i] - meanX) * (x[i] - meanX);
            xy += (x[i] - meanX) * (y[i] - meanY);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        double slope = xy / xx;
        return new Growth(x.length, meanY - slope * meanX, slope, xy * xy / (xx * yy));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d mobilenets: %.1f ms and %.3f ms for each million multiply-accumulates; the line explains %.1f %%",
                points,
                base,
                perMillion,
                100 * explained);
    }
}
