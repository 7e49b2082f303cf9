package org.tensorizer.network.rules;

import org.tensorizer.dense.Factors;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.network.trace.OpFields;

/** The numbers of an op from the quantization of the tensors around it. */
public final class FieldRules {
    /** Lower clamp of the exponent in a softmax, -13.038098. Measured; of unknown origin. */
    public static final int EXPONENT_LOW = 0xc1509c0d;

    private FieldRules() {}

    private static int bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    /** {@code 0x00000000} for both zeros does not hold in programs: a lower clamp of a zero point of 0 is 0. */
    private static OpFields clamped(
            float multiplier,
            Quantized output,
            FusedActivation activation,
            int weightZero,
            int inputZero,
            int constant) {
        return new OpFields(
                bits(multiplier),
                bits(output.clampMax(activation)),
                bits(output.clampMin(activation)),
                weightZero,
                inputZero,
                output.zeroPoint(),
                constant);
    }

    /**
     * A convolution, depthwise or Dense layer.
     *
     * @param multiplier of all channels; 1 where scales stand in the payload
     * @param weightZero 0 where zero points stand in the payload
     */
    public static OpFields layer(
            float multiplier, int weightZero, Quantized input, Quantized output, FusedActivation activation) {
        return clamped(multiplier, output, activation, weightZero, input.zeroPoint(), 0);
    }

    /** Multiplier of one channel: f32(f32(s_in * s_w) * f32(1 / s_out)). */
    public static float multiplier(Quantized input, float weightScale, Quantized output) {
        return Quantization.multiplier(input.scale(), weightScale, output.scale());
    }

    /** A sum with the factors of {@link Factors}. */
    public static OpFields add(Quantized a, Quantized b, Quantized output, FusedActivation activation) {
        Factors factors = Factors.of(a.scale(), b.scale());
        boolean first = factors.first() >= factors.second();
        float scale = first ? a.scale() : b.scale();
        float multiplier = scale / Math.max(factors.first(), factors.second()) * output.inverse();
        int constant = -(factors.first() * a.zeroPoint() + factors.second() * b.zeroPoint());
        return clamped(multiplier, output, activation, 0, 0, constant);
    }

    /** A product; the second operand arrives as weights. */
    public static OpFields multiply(Quantized a, Quantized b, Quantized output, FusedActivation activation) {
        return clamped(a.to(output, b.scale()), output, activation, b.zeroPoint(), a.zeroPoint(), 0);
    }

    /**
     * An average.
     *
     * @param count elements of a window
     */
    public static OpFields average(Quantized input, Quantized output, int count, FusedActivation activation) {
        return clamped(input.to(output, 1f / count), output, activation, input.zeroPoint(), 0, 0);
    }

    /** A maximum over a window. */
    public static OpFields maximum(Quantized input, Quantized output, FusedActivation activation) {
        return clamped(input.to(output), output, activation, 0, input.zeroPoint(), -input.zeroPoint());
    }

    /** Requantization, alone or fused with an activation; also a copy with the clamps of its tensor. */
    public static OpFields rescale(Quantized input, Quantized output, FusedActivation activation) {
        return clamped(input.to(output), output, activation, 0, input.zeroPoint(), 0);
    }

    /**
     * A function table: the clamps are those of the table's argument.
     *
     * @param range fields that hold the clamps
     */
    public static OpFields function(Quantized input, Quantized output, OpFields range) {
        return new OpFields(
                bits(input.scale()), range.clampMax(), range.clampMin(), 0, input.zeroPoint(), output.zeroPoint(), 0);
    }

    /** The maximum of a softmax. */
    public static OpFields softmaxMaximum(Quantized input) {
        return clamped(input.to(input), input, FusedActivation.NONE, input.zeroPoint(), 0, -input.zeroPoint());
    }

    /** x - max(x) of a softmax. */
    public static OpFields softmaxDifference(Quantized input) {
        return softmaxArgument(input, input.scale(), 1, 0);
    }

    /** Lanes of a softmax that hold no logits. */
    public static OpFields softmaxPadding(Quantized input) {
        return softmaxArgument(input, input.softmaxScale(), 0, 255);
    }

    private static OpFields softmaxArgument(Quantized input, float scale, int weightZero, int inputZero) {
        float argument = input.softmaxScale();
        float inverse = 1f / argument;
        return new OpFields(bits(scale * inverse), 0, bits(-255f * argument * inverse), weightZero, inputZero, 255, 0);
    }

    /** The exponent of a softmax where its scale stands in the instruction. */
    public static OpFields softmaxExponent(Quantized input) {
        return new OpFields(bits(input.softmaxScale()), 0, EXPONENT_LOW, 0, 255, 0, 0);
    }
}
