package org.tensorizer.template;

import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Quantization;

/**
 * A compiled per-tensor program holds the multiplier, not the weight scale. This gives a weight scale that leads to the
 * same multiplier bit for bit. Several neighbouring float32 may; which of them the source model had cannot be told.
 */
final class WeightScale {
    private static final int ULPS = 8;

    private WeightScale() {}

    /** @return a scale with that multiplier; the nearest estimate if none has exactly that one */
    static float of(float multiplier, float inputScale, float outputScale) {
        float estimate = (float) ((double) multiplier * outputScale / inputScale);
        float up = estimate;
        float down = estimate;
        for (int i = 0; i < ULPS; i++) {
            if (hits(up, multiplier, inputScale, outputScale)) {
                return up;
            }
            if (hits(down, multiplier, inputScale, outputScale)) {
                return down;
            }
            up = Math.nextUp(up);
            down = Math.nextDown(down);
        }
        return estimate;
    }

    /** Whether there is a weight scale with exactly that multiplier. */
    static boolean isExact(float multiplier, float inputScale, float outputScale) {
        return (inputScale * of(multiplier, inputScale, outputScale)) * (1f / outputScale) == multiplier;
    }

    private static boolean hits(float weightScale, float multiplier, float inputScale, float outputScale) {
        try {
            return Quantization.multiplier(inputScale, weightScale, outputScale) == multiplier;
        } catch (BadInputException e) {
            return false;
        }
    }
}
