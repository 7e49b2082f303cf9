package org.tensorizer.gemm;

import java.util.Arrays;
import org.tensorizer.base.BadInputException;

/**
 * What one step of an int8 weight is worth: one scale for a matrix, or one for each output channel. Immutable.
 */
public final class WeightScales {
    private static final float LARGEST_WEIGHT = 127;

    private final boolean perChannel;
    private final float[] scales;

    private WeightScales(boolean perChannel, float... scales) {
        this.perChannel = perChannel;
        this.scales = scales;
        for (int out = 0; out < scales.length; out++) {
            if (!(scales[out] >= Float.MIN_NORMAL) || Float.isInfinite(scales[out])) {
                throw new BadInputException("weight scale " + (perChannel ? "of output channel " + out + " " : "")
                        + scales[out] + ", expected a positive, finite, normal float32");
            }
        }
    }

    /**
     * One scale for all weights.
     *
     * @throws BadInputException it is no positive finite number
     */
    public static WeightScales perTensor(float scale) {
        return new WeightScales(false, scale);
    }

    /**
     * One scale for each output channel.
     *
     * @throws BadInputException one is no positive finite number
     */
    public static WeightScales perChannel(float... scales) {
        return new WeightScales(true, scales.clone());
    }

    /**
     * The finest scale with which all weights fit: the largest magnitude becomes 127.
     *
     * @throws BadInputException a weight is not finite
     */
    public static WeightScales fit(FloatMatrix weights) {
        float largest = 0;
        for (int out = 0; out < weights.rows(); out++) {
            largest = Math.max(largest, largest(weights, out));
        }
        return perTensor(scale(largest));
    }

    /** The same for each output channel of its own. Errors as {@link #fit}. */
    public static WeightScales fitEachChannel(FloatMatrix weights) {
        float[] scales = new float[weights.rows()];
        for (int out = 0; out < scales.length; out++) {
            scales[out] = scale(largest(weights, out));
        }
        return new WeightScales(true, scales);
    }

    private static float scale(float largest) {
        return largest == 0 ? 1 : Math.max(largest / LARGEST_WEIGHT, Float.MIN_NORMAL);
    }

    private static float largest(FloatMatrix weights, int out) {
        float largest = 0;
        for (int in = 0; in < weights.columns(); in++) {
            largest = Math.max(largest, Math.abs(Quantizer.requireFinite("weight", weights, out, in)));
        }
        return largest;
    }

    public boolean isPerChannel() {
        return perChannel;
    }

    /** Scale of an output channel. */
    public float of(int out) {
        return perChannel ? scales[out] : scales[0];
    }

    /** @throws BadInputException there is a scale for each output channel, and their number is another */
    void requireFit(int outputs) {
        if (perChannel && scales.length != outputs) {
            throw Matrix.misfit(
                    "weight scales", String.valueOf(scales.length), outputs + ", one for each output");
        }
    }

    @Override
    public String toString() {
        return perChannel
                ? scales.length + " scales " + Arrays.toString(Arrays.copyOf(scales, Math.min(4, scales.length)))
                : "scale " + scales[0];
    }
}
