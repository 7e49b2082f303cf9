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
}
