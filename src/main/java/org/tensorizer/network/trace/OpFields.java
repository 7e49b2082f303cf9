package org.tensorizer.network.trace;

/**
 * The numbers of an op that come from quantization: {@code y = round(clamp((sum + constant) * multiplier)) + outputZero}.
 * Floats as their bits, because two of them are the same only if the bits are. Zero points are unsigned.
 *
 * @param multiplier bits of the float32 factor
 * @param clampMax bits of the float32 upper clamp
 * @param clampMin bits of the float32 lower clamp
 * @param weightZero zero point of the weights
 * @param inputZero zero point of the activations
 * @param outputZero zero point of the result
 * @param constant added to the sum
 */
public record OpFields(
        int multiplier, int clampMax, int clampMin, int weightZero, int inputZero, int outputZero, int constant) {
    private static final int ONE = Float.floatToRawIntBits(1);
    private static final int INFINITY = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
    private static final int MINUS_INFINITY = Float.floatToRawIntBits(Float.NEGATIVE_INFINITY);

    /** Fields of an op that hands bytes on as they are. */
    public static final OpFields COPY = new OpFields(ONE, INFINITY, MINUS_INFINITY, 0, 0, 0, 0);

    public float multiplierValue() {
        return Float.intBitsToFloat(multiplier);
    }

    public float clampMaxValue() {
        return Float.intBitsToFloat(clampMax);
    }

    public float clampMinValue() {
        return Float.intBitsToFloat(clampMin);
    }

    /** With another multiplier. */
    public OpFields withMultiplier(int bits) {
        return new OpFields(bits, clampMax, clampMin, weightZero, inputZero, outputZero, constant);
    }

    /** The name of the first field that differs, with both values; empty if none does. */
    public String difference(OpFields other) {
        String[] names = {
            "multiplier",
            "clamp max",
            "clamp min",
            "weight zero point",
            "input zero point",
            "output zero point",
            "constant"
        };
        int[] here = {multiplier, clampMax, clampMin, weightZero, inputZero, outputZero, constant};
        int[] there = {
            other.multiplier,
            other.clampMax,
            other.clampMin,
            other.weightZero,
            other.inputZero,
            other.outputZero,
            other.constant
        };
        for (int i = 0; i < names.length; i++) {
            if (here[i] != there[i]) {
                boolean isFloat = i < 3;
                return names[i] + " "
                        + (isFloat ? String.format("%08x (%s)", here[i], Float.intBitsToFloat(here[i])) : here[i])
                        + ", expected "
                        + (isFloat ? String.format("%08x (%s)", there[i], Float.intBitsToFloat(there[i])) : there[i]);
            }
        }
        return "";
    }
}
