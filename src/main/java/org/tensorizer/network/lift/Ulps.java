package org.tensorizer.network.lift;

/** Float32 numbers next to each other. */
final class Ulps {
    private Ulps() {}

    /** The number so many units in the last place away from a positive one. */
    static float step(float value, int units) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(value) + units);
    }

    /** Numbers around a positive one, nearest first, the lower of two. */
    static float[] around(float value, int width) {
        float[] numbers = new float[2 * width + 1];
        numbers[0] = value;
        for (int distance = 1; distance <= width; distance++) {
            numbers[2 * distance - 1] = step(value, -distance);
            numbers[2 * distance] = step(value, distance);
        }
        return numbers;
    }

    /** All float32 numbers from 2^-5 (inclusive) to 2^-4: one for each mantissa. */
    static float[] mantissas() {
        float[] numbers = new float[1 << 23];
        int first = Float.floatToRawIntBits(0x1p-5f);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Float.intBitsToFloat(first + i);
        }
        return numbers;
    }

    /**
     * A weight scale from the multiplier that a program has: f32(f32(s_in * s_w) * f32(1 / s_out)) = M.
     *
     * @param value the scale, or the nearest where none gives M
     * @param exact whether it gives M
     */
    record FittedScale(float value, boolean exact) {
        private static final int[] NEAR = {0, 1, -1};

        static FittedScale of(float multiplier, float input, float output) {
            float inverse = 1f / output;
            float product = (float) ((double) multiplier / inverse);
            for (int i : NEAR) {
                float v = step(product, i);
                if (v * inverse != multiplier) {
                    continue;
                }
                float scale = (float) ((double) v / input);
                for (int j : NEAR) {
                    float w = step(scale, j);
                    if (input * w == v) {
                        return new FittedScale(w, true);
                    }
                }
            }
            return new FittedScale((float) ((double) product / input), false);
        }

        static boolean exists(float multiplier, float input, float output) {
            return of(multiplier, input, output).exact;
        }
    }
}
