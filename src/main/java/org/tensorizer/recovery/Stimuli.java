package org.tensorizer.recovery;

import java.util.Random;
import org.tensorizer.recovery.PayloadTarget.Activations;

/** Inputs to ask with, as deflections from the zero point. Stateless. */
final class Stimuli {
    private Stimuli() {}

    /** The largest deflection in size, with its sign. */
    static int strongest(Activations input) {
        return input.highest() >= -input.lowest() ? input.highest() : input.lowest();
    }

    /** All inputs at their zero point. */
    static int[] silence(Activations input) {
        return new int[input.channels()];
    }

    /** The largest total {@link #total} can give. */
    static int largestTotal(Activations input) {
        return input.channels() * Math.abs(strongest(input));
    }

    /** Deflections of one sign, that of the strongest, whose sizes add up to {@code size}. */
    static int[] total(Activations input, int size) {
        int strongest = strongest(input);
        int[] deflections = new int[input.channels()];
        int left = size;
        for (int in = 0; in < deflections.length && left > 0; in++) {
            int part = Math.min(left, Math.abs(strongest));
            deflections[in] = strongest > 0 ? part : -part;
            left -= part;
        }
        if (left > 0) {
            throw new IllegalArgumentException("total deflection " + size + " of " + input);
        }
        return deflections;
    }

    /** Random signs of one size on the inputs {@code from} to {@code to - 1}, within what the input can take. */
    static int[] signs(Activations input, int from, int to, int size, long seed) {
        Random random = new Random(seed);
        int[] deflections = new int[input.channels()];
        for (int in = from; in < to; in++) {
            int wanted = random.nextBoolean() ? size : -size;
            deflections[in] = Math.max(input.lowest(), Math.min(input.highest(), wanted));
        }
        return deflections;
    }

    /**
     * Inputs deflected neighbours against each other, so that partial sums stay small, and with a known total: a weight
     * zero point that moved shows as that total times its move.
     *
     * @param strength size of the deflections; below 1 the share of the inputs that are deflected, by 1
     */
    static int[] balanced(Activations input, double strength, int total, long seed) {
        Random random = new Random(seed);
        int[] deflections = new int[input.channels()];
        int size = (int) Math.max(1, strength);
        int bothWays = Math.min(size, Math.min(input.highest(), -input.lowest()));
        for (int in = 0; in + 1 < deflections.length && bothWays > 0; in += 2) {
            int height = bothWays - random.nextInt(bothWays / 2 + 1);
            boolean rising = random.nextBoolean();
            if (random.nextDouble() < strength) {
                deflections[in] = rising ? height : -height;
                deflections[in + 1] = -deflections[in];
            }
        }
        int sign = Integer.signum(strongest(input));
        int end = Math.abs(strongest(input));
        int left = total;
        for (int tries = 0; tries < 4 * deflections.length && left > 0; tries++) {
            int in = random.nextInt(deflections.length);
            int part = Math.min(Math.min(left, size), end - sign * deflections[in]);
            deflections[in] += sign * part;
            left -= part;
        }
        return deflections;
    }
}
