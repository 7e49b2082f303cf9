package org.tensorizer.gemm;

import org.tensorizer.base.BadInputException;

/**
 * Real numbers to bytes: divided by a scale, rounded half to even, a zero point added, kept within limits.
 *
 * <p>Division and rounding are done in float64, so that a number is off by half a step at most.
 */
final class Quantizer {
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
    static Quantizer tensor(boolean signed, int zeroPoint) {
        return new Quantizer("input", zeroPoint, signed ? -128 : 0, signed ? 127 : 255);
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
                + ", expected " + (float) ((low - zeroPoint) * scale) + " to " + (float) ((high - zeroPoint) * scale);
    }

    /** @throws BadInputException NaN or infinite */
    static float requireFinite(String what, FloatMatrix real, int row, int column) {
        float value = real.at(row, column);
        if (!Float.isFinite(value)) {
            throw new BadInputException(what + " [" + row + "][" + column + "] is " + value + ", expected a finite number");
        }
        return value;
    }
}
