package org.tensorizer.network.rules;

import org.tensorizer.base.BadInputException;
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
        if (!(scale > 0) || Float.isInfinite(scale)) {
            throw new BadInputException("scale " + scale + ", expected a positive finite number");
        }
        if (zeroPoint < 0 || zeroPoint > 255) {
            throw new BadInputException("zero point " + zeroPoint + ", expected 0..255 (int8 zero points: add 128)");
        }
    }

    /** f32(1 / scale): programs multiply by it where a formula divides. */
    public float inverse() {
        return 1f / scale;
    }

    private float high() {
        return (255 - zeroPoint) * scale;
    }

    private float low() {
        return (0 - zeroPoint) * scale;
    }

    /**
     * Upper clamp of a result, before the zero point is added.
     *
     * @throws BadInputException the chip has no such activation in its clamps
     */
    public float clampMax(FusedActivation activation) {
        float high = switch (activation) {
            case NONE, RELU -> high();
            case RELU6 -> Math.min(high(), 6f);
            case RELU_N1_TO_1 -> Math.min(high(), 1f);
            default -> throw new BadInputException("activation " + activation + ", expected NONE or a RELU");
        };
        return high * inverse();
    }

    /** Lower clamp of a result, before the zero point is added. Errors as {@link #clampMax}. */
    public float clampMin(FusedActivation activation) {
        float low = switch (activation) {
            case NONE -> low();
            case RELU, RELU6 -> positive(low());
            case RELU_N1_TO_1 -> Math.max(low(), -1f);
            default -> throw new BadInputException("activation " + activation + ", expected NONE or a RELU");
        };
        return low * inverse();
    }

    /** Zero, and not minus zero, for what is below it. */
    private static float positive(float value) {
        return value > 0 ? value : 0f;
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
        return (high() - low()) / 255f;
    }
}
