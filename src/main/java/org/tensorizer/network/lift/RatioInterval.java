package org.tensorizer.network.lift;

import org.tensorizer.dense.Factors;

/** Ratios whose best rational approximation is p / q. */
record RatioInterval(double low, double high) {
    static RatioInterval of(int p, int q) {
        double ratio = (double) p / q;
        if (!isBest(ratio, p, q)) {
            return new RatioInterval(ratio, ratio);
        }
        return new RatioInterval(end(ratio, -1, p, q), end(ratio, 1, p, q));
    }

    private static boolean isBest(double ratio, int p, int q) {
        return Factors.of(ratio).equals(new Factors(p, q));
    }

    private static double end(double ratio, int sign, int p, int q) {
        double inside = 0;
        double outside = 1e-6;
        while (isBest(ratio * (1 + sign * outside), p, q)) {
            outside *= 4;
        }
        for (int i = 0; i < 40; i++) {
            double middle = (inside + outside) / 2;
            if (isBest(ratio * (1 + sign * middle), p, q)) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        return ratio * (1 + sign * inside);
    }

    boolean contains(double ratio) {
        return ratio >= low && ratio <= high;
    }
}
