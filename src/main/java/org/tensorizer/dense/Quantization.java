package org.tensorizer.dense;

import org.tensorizer.base.BadInputException;

/**
 * Scales and zero points of a Dense layer. real = scale * (stored - zero point). Zero points are those of the stored
 * unsigned bytes, 0 to 255: for int8 tensors the TFLite zero point plus 128.
 *
 * <p>The float32 numbers that bring an accumulator to the output are calculated in exactly the compiler's order of
 * operations: the last-bit errors are part of the program. Source: multiplier and clamps of 84 of 84 tensor ops of three
 * compiled networks, channel scales of 276 layers, bit for bit. Dividing by the output scale instead of multiplying with
 * its reciprocal is wrong in the last bit.
 *
 * @param inputScale positive and finite
 * @param inputZeroPoint 0 to 255
 * @param weightScale of all weights; not used by the per-channel formats, whose scales stand in the payload
 * @param weightZeroPoint stored byte of weight 0, 128 in every known model; not used by the per-channel formats
 * @param outputScale positive and finite
 * @param outputZeroPoint 0 to 255
 */
public record Quantization(
        float inputScale,
        int inputZeroPoint,
        float weightScale,
        int weightZeroPoint,
        float outputScale,
        int outputZeroPoint) {
    /**
     * Stored byte of weight 0: an int8 weight is stored with 128 added, which is its two's complement byte with the top bit
     * flipped. So 255 stands for 127, 1 for -127 and 0 for -128. Source: all cells of compiled Dense models whose source
     * models are known.
     */
    public static final int WEIGHT_ZERO_POINT = 128;

    /** How far from its estimate a weight scale is looked for, in units of its last place. */
    private static final int ULPS = 8;

    public Quantization {
        checkScale("input scale", inputScale);
        checkScale("weight scale", weightScale);
        checkScale("output scale", outputScale);
        checkZeroPoint("input zero point", inputZeroPoint);
        checkZeroPoint("weight zero point", weightZeroPoint);
        checkZeroPoint("output zero point", outputZeroPoint);
    }

    /** For per-channel formats: the weight scales stand in the payload, not here. */
    public static Quantization perChannel(
            float inputScale, int inputZeroPoint, float outputScale, int outputZeroPoint) {
        return new Quantization(inputScale, inputZeroPoint, 1, WEIGHT_ZERO_POINT, outputScale, outputZeroPoint);
    }

    /**
     * Accumulator to output: f32( f32(s_in * s_w) * f32(1 / s_out) ).
     *
     * @throws BadInputException a scale is no positive finite number, or the result is none or not a normal float32
     */
    public static float multiplier(float inputScale, float weightScale, float outputScale) {
        checkScale("input scale", inputScale);
        checkScale("weight scale", weightScale);
        checkScale("output scale", outputScale);
        float multiplier = (inputScale * weightScale) * (1f / outputScale);
        if (!(multiplier >= Float.MIN_NORMAL) || Float.isInfinite(multiplier)) {
            throw new BadInputException("multiplier " + inputScale + " * " + weightScale + " / " + outputScale + " = "
                    + multiplier + ", expected a normal positive float32");
        }
        return multiplier;
    }

    /** {@link #multiplier(float, float, float)} of per-tensor weights. */
    public float multiplier() {
        return multiplier(inputScale, weightScale, outputScale);
    }

    /**
     * Scales that stand in the header rows of per-channel formats, one for each output channel.
     *
     * @param weightScales one for each output channel
     */
    public float[] channelScales(float... weightScales) {
        float[] scales = new float[weightScales.length];
        for (int out = 0; out < scales.length; out++) {
            scales[out] = multiplier(inputScale, weightScales[out], outputScale);
        }
        return scales;
    }

    /**
     * Upper clamp before the output zero point is added: the quantized limit through the scale and back. Likely, not
     * firm, where RELU6 cuts the range.
     */
    public float clampMax(Activation activation) {
        float most = activation == Activation.RELU6 ? 6f : Float.POSITIVE_INFINITY;
        return clampMax(outputScale, outputZeroPoint, most);
    }

    /** Lower clamp before the output zero point is added. Likely, not firm, where an activation cuts the range. */
    public float clampMin(Activation activation) {
        float least = activation == Activation.NONE ? Float.NEGATIVE_INFINITY : 0f;
        return clampMin(outputScale, outputZeroPoint, least);
    }

    /**
     * Upper clamp of a result of this scale and zero point.
     *
     * @param most real number that an activation gives at most, infinity if it does not cut there
     */
    public static float clampMax(float scale, int zeroPoint, float most) {
        return Math.min((255 - zeroPoint) * scale, most) * (1f / scale);
    }

    /**
     * Lower clamp of a result of this scale and zero point.
     *
     * @param least real number that an activation gives at least, minus infinity if it does not cut there
     */
    public static float clampMin(float scale, int zeroPoint, float least) {
        return Math.max(-zeroPoint * scale, least) * (1f / scale);
    }

    /**
     * The reverse of {@link #multiplier(float, float, float)}: a compiled program holds the multiplier, not the weight scale.
     * Several neighbouring float32 may lead to the same multiplier bit for bit; which of them the source model had cannot be
     * told.
     *
     * @return the nearest of them to the estimate in real numbers, or the estimate if none has exactly that multiplier
     */
    public static float weightScale(float multiplier, float inputScale, float outputScale) {
        float estimate = (float) ((double) multiplier * outputScale / inputScale);
        float up = estimate;
        float down = estimate;
        for (int i = 0; i < ULPS; i++) {
            if (isWeightScale(up, multiplier, inputScale, outputScale)) {
                return up;
            }
            if (isWeightScale(down, multiplier, inputScale, outputScale)) {
                return down;
            }
            up = Math.nextUp(up);
            down = Math.nextDown(down);
        }
        return estimate;
    }

    private static boolean isWeightScale(float scale, float multiplier, float inputScale, float outputScale) {
        return scale > 0
                && Float.isFinite(scale)
                && multiplier >= Float.MIN_NORMAL
                && Float.isFinite(multiplier)
                && (inputScale * scale) * (1f / outputScale) == multiplier;
    }

    /** @throws BadInputException a scale is not positive and finite; {@code what} it is stands in the message */
    public static void checkScale(String what, float scale) {
        if (!(scale > 0) || Float.isInfinite(scale)) {
            throw new BadInputException(what + " " + scale + ", expected a positive finite number");
        }
    }

    /** @throws BadInputException a stored zero point is not within 0..255; {@code what} it is stands in the message */
    public static void checkZeroPoint(String what, int zeroPoint) {
        if (zeroPoint < 0 || zeroPoint > 255) {
            throw new BadInputException(what + " " + zeroPoint + ", expected 0..255 (int8 zero points: add 128)");
        }
    }
}
