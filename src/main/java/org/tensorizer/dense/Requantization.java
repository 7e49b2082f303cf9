package org.tensorizer.dense;

import org.tensorizer.base.BadInputException;

/**
 * The float32 numbers that bring an accumulator to the output, in exactly the compiler's order of operations: the
 * last-bit errors are part of the program.
 *
 * <p>Source: multiplier and clamps of 84 of 84 tensor ops of three compiled networks, channel scales of 276 layers, bit
 * for bit. Dividing by the output scale instead of multiplying with its reciprocal is wrong in the last bit.
 */
public final class Requantization {
    private Requantization() {}

    /**
     * Accumulator to output: f32( f32(s_in * s_w) * f32(1 / s_out) ).
     *
     * @throws BadInputException a scale is no positive finite number, or the result is none or not a normal float32
     */
    public static float multiplier(float inputScale, float weightScale, float outputScale) {
        Quantization.checkScale("input scale", inputScale);
        Quantization.checkScale("weight scale", weightScale);
        Quantization.checkScale("output scale", outputScale);
        float multiplier = (inputScale * weightScale) * (1f / outputScale);
        if (!(multiplier >= Float.MIN_NORMAL) || Float.isInfinite(multiplier)) {
            throw new BadInputException("multiplier " + inputScale + " * " + weightScale + " / " + outputScale + " = "
                    + multiplier + ", expected a normal positive float32");
        }
        return multiplier;
    }

    /** Multiplier of a layer with per-tensor weights. */
    public static float multiplier(Quantization quantization) {
        return multiplier(quantization.inputScale(), quantization.weightScale(), quantization.outputScale());
    }

    /**
     * Scales that stand in the header rows of per-channel formats, one for each output channel.
     *
     * @param weightScales one for each output channel
     */
    public static float[] channelScales(float inputScale, float[] weightScales, float outputScale) {
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
    public static float clampMax(Quantization quantization, Activation activation) {
        float scale = quantization.outputScale();
        float high = (255 - quantization.outputZeroPoint()) * scale;
        return (activation == Activation.RELU6 ? Math.min(high, 6f) : high) * (1f / scale);
    }

    /** Lower clamp before the output zero point is added. Likely, not firm, where an activation cuts the range. */
    public static float clampMin(Quantization quantization, Activation activation) {
        float scale = quantization.outputScale();
        float low = -quantization.outputZeroPoint() * scale;
        return (activation == Activation.NONE ? low : Math.max(low, 0f)) * (1f / scale);
    }
}
