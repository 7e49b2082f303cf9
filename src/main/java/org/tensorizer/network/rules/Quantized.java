package org.tensorizer.network.rules;

import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.OperatorOptions.FusedActivation;

/**
 * Scale and zero point of a tensor. real = scale * (byte - zeroPoint).
 *
 * @param scale positive and finite
 * @param zeroPoint unsigned, 0 to 255: that of an int8 tensor plus 128
 */
public record Quantized(float scale, int zeroPoint) {
    /** @throws BadInputException the scale is not positive and finite, or the zero point not within 0..255 */
    public Quantized {
        Quantization.checkScale("scale", scale);
        Quantization.checkZeroPoint("zero point", zeroPoint);
    }

    /** f32(1 / scale): programs multiply by it where a formula divides. */
    public float inverse() {
        return 1f / scale;
    }

    /**
     * Upper clamp of a result, before the zero point is added.
     *
     * @throws BadInputException the chip has no such activation in its clamps
     */
    public float clampMax(FusedActivation activation) {
        float most = switch (activation) {
            case NONE, RELU -> Float.POSITIVE_INFINITY;
            case RELU6 -> 6f;
            case RELU_N1_TO_1 -> 1f;
            default -> throw new BadInputException("activation " + activation + ", expected NONE or a RELU");
        };
        return Quantization.clampMax(scale, zeroPoint, most);
    }

    /** Lower clamp of a result, before the zero point is added. Errors as {@link #clampMax}. */
    public float clampMin(FusedActivation activation) {
        float least = switch (activation) {
            case NONE -> Float.NEGATIVE_INFINITY;
            case RELU, RELU6 -> 0f;
            case RELU_N1_TO_1 -> -1f;
            default -> throw new BadInputException("activation " + activation + ", expected NONE or a RELU");
        };
        return Quantization.clampMin(scale, zeroPoint, least);
    }

    /** Multiplier from this to another quantization: f32(f32(s * weight) * f32(1 / s_out)). */
    public float to(Quantized output, float weight) {
        return scale * weight * output.inverse();
    }

    /** Multiplier from this to another quantization. */
    public float to(Quantized output) {
        return scale * output.inverse();
    }

    /**
     * Scale of x - max(x) in a softmax over this tensor, whose zero point is 255: f32(f32(hi - lo) / 255), usually the
     * scale itself, sometimes one unit in the last place off.
     */
    public float softmaxScale() {
        float high = (255 - zeroPoint) * scale;
        float low = -zeroPoint * scale;
        return (high - low) / 255f;
    }
}
