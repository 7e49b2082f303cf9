package org.tensorizer.gemm;

import java.util.Arrays;
import org.tensorizer.base.BadInputException;
import org.tensorizer.model.TensorDomain;

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

    /** One scale for all weights, positive and finite. */
    public static WeightScales perTensor(float scale) {
        return new WeightScales(false, scale);
    }

    /** One scale for each output channel, each positive and finite. */
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

    boolean isPerChannel() {
        return perChannel;
    }

    /** Scale of an output channel. */
    public float of(int out) {
        return perChannel ? scales[out] : scales[0];
    }

    /** @throws BadInputException there is a scale for each output channel, and their number is another */
    void requireFit(int outputs) {
        if (perChannel && scales.length != outputs) {
            throw Matrix.misfit("weight scales", String.valueOf(scales.length), outputs + ", one for each output");
        }
    }

    @Override
    public String toString() {
        return perChannel
                ? scales.length + " scales " + Arrays.toString(Arrays.copyOf(scales, Math.min(4, scales.length)))
                : "scale " + scales[0];
    }

    /**
     * Real numbers as bytes.
     *
     * @param values int8 weights, or bytes in the domain of the tensor they are for
     * @param saturated how many did not fit and became the nearest that does
     */
    public record Quantized(ByteMatrix values, int saturated) {}

    /** What to do with a number that does not fit into 8 bits once it is divided by its scale and rounded. */
    public enum OutOfRange {
        /** Refuse the whole matrix, naming how many there are and the first. */
        REFUSE,
        /** Take the nearest number that fits, and count. */
        SATURATE
    }

    /**
     * Real numbers to bytes: divided by a scale, rounded half to even, a zero point added, kept within limits.
     *
     * <p>Division and rounding are done in float64, so that a number is off by half a step at most.
     */
    static final class Quantizer {
        private final String what;
        private final int zeroPoint;
        private final int low;
        private final int high;

        /** @param low smallest value of the byte in its own domain, -128 or 0; {@code high} likewise 127 or 255 */
        private Quantizer(String what, int zeroPoint, int low, int high) {
            this.what = what;
            this.zeroPoint = zeroPoint;
            this.low = low;
            this.high = high;
        }

        /** Symmetric int8 weights. */
        static Quantizer weights() {
            return new Quantizer("weight", 0, -128, 127);
        }

        /** Bytes of a tensor. */
        static Quantizer tensor(TensorDomain domain) {
            return new Quantizer("input", domain.zeroPoint(), domain.least(), domain.least() + 255);
        }

        /** @throws BadInputException a number is not finite, or does not fit and must not be saturated */
        Quantized quantize(FloatMatrix real, WeightScales scales, OutOfRange policy) {
            byte[] bytes = new byte[real.values().length];
            int saturated = 0;
            String first = null;
            int at = 0;
            for (int row = 0; row < real.rows(); row++) {
                double scale = scales.of(row);
                for (int column = 0; column < real.columns(); column++) {
                    double value = Math.rint(requireFinite(what, real, row, column) / scale) + zeroPoint;
                    double kept = Math.min(Math.max(value, low), high);
                    if (kept != value) {
                        saturated++;
                        first = first == null ? describe(real, row, column, scale) : first;
                    }
                    bytes[at++] = (byte) (int) kept;
                }
            }
            if (saturated > 0 && policy == OutOfRange.REFUSE) {
                throw new BadInputException(
                        saturated + " of " + bytes.length + " numbers do not fit into 8 bits, first " + first);
            }
            return new Quantized(ByteMatrix.of(real.rows(), real.columns(), bytes), saturated);
        }

        private String describe(FloatMatrix real, int row, int column, double scale) {
            return what + " [" + row + "][" + column + "] = " + real.at(row, column) + ": with scale " + (float) scale
                    + ", expected " + (float) ((low - zeroPoint) * scale) + " to "
                    + (float) ((high - zeroPoint) * scale);
        }

        /** @throws BadInputException NaN or infinite */
        static float requireFinite(String what, FloatMatrix real, int row, int column) {
            float value = real.at(row, column);
            if (!Float.isFinite(value)) {
                throw new BadInputException(
                        what + " [" + row + "][" + column + "] is " + value + ", expected a finite number");
            }
            return value;
        }
    }
}
