package org.tensorizer.dense;

import org.tensorizer.base.BadInputException;

/**
 * Scales and zero points of a Dense layer. real = scale * (stored - zero point). Zero points are those of the stored
 * unsigned bytes, 0 to 255: for int8 tensors the TFLite zero point plus 128.
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
    /** Stored byte of weight 0: int8 weights are stored with 128 added. */
    public static final int WEIGHT_ZERO_POINT = 128;

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

    static void checkScale(String what, float scale) {
        if (!(scale > 0) || Float.isInfinite(scale)) {
            throw new BadInputException(what + " " + scale + ", expected a positive finite number");
        }
    }

    private static void checkZeroPoint(String what, int zeroPoint) {
        if (zeroPoint < 0 || zeroPoint > 255) {
            throw new BadInputException(what + " " + zeroPoint + ", expected 0..255 (int8 zero points: add 128)");
        }
    }
}
