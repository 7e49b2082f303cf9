package org.tensorizer.network.lift;

/**
 * A weight scale from the multiplier that a program has: f32(f32(s_in * s_w) * f32(1 / s_out)) = M.
 *
 * @param value the scale, or the nearest where none gives M
 * @param exact whether it gives M
 */
record WeightScale(float value, boolean exact) {
    private static final int[] NEAR = {0, 1, -1};

    static WeightScale of(float multiplier, float input, float output) {
        float inverse = 1f / output;
        float product = (float) ((double) multiplier / inverse);
        for (int i : NEAR) {
            float v = Ulps.step(product, i);
            if (v * inverse != multiplier) {
                continue;
            }
            float scale = (float) ((double) v / input);
            for (int j : NEAR) {
                float w = Ulps.step(scale, j);
                if (input * w == v) {
                    return new WeightScale(w, true);
                }
            }
        }
        return new WeightScale((float) ((double) product / input), false);
    }

    static boolean exists(float multiplier, float input, float output) {
        return of(multiplier, input, output).exact;
    }
}
