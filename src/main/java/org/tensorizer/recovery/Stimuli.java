package org.tensorizer.recovery;

import java.util.Random;

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

    /** One input deflected. */
    static int[] oneHot(Activations input, int in, int deflection) {
        int[] deflections = new int[input.channels()];
        deflections[in] = deflection;
        return deflections;
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
     * All inputs deflected by about {@code size}, neighbours against each other, so that partial sums stay small, and
     * with a known total: a weight zero point that moved shows as that total times its move.
     */
    static int[] balanced(Activations input, int size, int total, long seed) {
        Random random = new Random(seed);
        int[] deflections = new int[input.channels()];
        int strongest = Math.min(size, Math.min(input.highest(), -input.lowest()));
        for (int in = 0; in + 1 < deflections.length; in += 2) {
            int height = strongest - random.nextInt(strongest / 2 + 1);
            deflections[in] = random.nextBoolean() ? height : -height;
            deflections[in + 1] = -deflections[in];
        }
        int left = total;
        for (int tries = 0; tries < 4 * deflections.length && left > 0; tries++) {
            int in = random.nextInt(deflections.length);
            int part = Math.min(left, input.highest() - deflections[in]);
            part = Math.min(part, Math.max(1, size));
            deflections[in] += part;
            left -= part;
        }
        return deflections;
    }
}
