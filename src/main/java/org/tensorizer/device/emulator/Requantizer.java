package org.tensorizer.device.emulator;

/** From the sum of a result to its stored value: the end of every op. Thread-safe. */
final class Requantizer {
    /** Added and subtracted again it rounds half to even: floats around it are whole. */
    private static final float TO_INTEGER = 3 << 22;

    private final TensorOp op;
    private final ChipParameters chip;
    private final boolean saturates;
    private final int top;

    Requantizer(TensorOp op, ChipParameters chip) {
        this.op = op;
        this.chip = chip;
        top = op.resultBytes() == 1 ? 0xff : 0xffff;
        saturates = op.throughTable() || !Float.isFinite(op.clampMax());
    }

    /** Whether {@link #store} does it: clamps keep every result in range, float32, half to even. */
    boolean isFast() {
        return !saturates
                && chip.rounding() == ChipParameters.Rounding.HALF_TO_EVEN
                && chip.requantization() == ChipParameters.Scaling.FLOAT32
                && op.clampMin() <= op.clampMax()
                && Math.rint(op.clampMin()) + op.outputZeroPoint() >= 0
                && Math.rint(op.clampMax()) + op.outputZeroPoint() <= top;
    }

    /** The stored value where {@link #isFast}: bias and constant are added and saturate. */
    int fast(long biased, float scale) {
        long sum = Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, biased + op.constant()));
        float value = (float) sum * scale * op.multiplier();
        value = value >= op.clampMin() ? value : op.clampMin(); // NaN, too
        value = value > op.clampMax() ? op.clampMax() : value;
        return (int) (value + TO_INTEGER - TO_INTEGER) + op.outputZeroPoint();
    }

    /**
     * Stored values of a lane into words that hold several lanes.
     *
     * @param added bias and constant; with the sums it stays in int32
     * @param shift where in the words
     */
    void store(int[] sums, int[] words, int width, int added, float scale, int shift) {
        float multiplier = op.multiplier();
        float low = op.clampMin();
        float high = op.clampMax();
        int zero = op.outputZeroPoint();
        for (int p = 0; p < width; p++) {
            float value = (float) (sums[p] + added) * scale * multiplier;
            value = value >= low ? value : low; // NaN, too
            value = value > high ? high : value;
            int rounded = (int) (value + TO_INTEGER - TO_INTEGER);
            words[p] |= rounded + zero << shift;
        }
    }

    /** Adds bias and constant: saturates, since padding lanes of a softmax have the smallest number as bias. */
    int biased(long sum, int bias) {
        long biased = sum + bias + op.constant();
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, biased));
    }

    /**
     * The stored value of a result.
     *
     * @param sum of products, exact; beyond int32, where only damaged zero points lead, it saturates, which is a guess
     * @param bias of the lane
     * @param scale of the lane
     * @param table the tile's function table, if the op uses it
     * @throws UnsupportedProgramException the clamps let a result out of its range
     */
    int stored(long sum, int bias, float scale, TableLoad table) {
        float value = clamped(chip.requantization().scaled(biased(sum, bias), scale, op.multiplier()));
        if (op.throughTable()) {
            value = table.value(value, op.oddTable(), op.tableByFours()) + chip.tableOffset();
        }
        float result = chip.round(value) + op.outputZeroPoint();
        if (saturates) {
            result = Math.max(0, Math.min(top, result));
        }
        if (!(result >= 0 && result <= top)) {
            throw op.site().refused("the clamps let %s out of 0..%d", result, top);
        }
        return (int) result;
    }

    /** NaN, which only damaged scales give, becomes the smallest value. */
    private float clamped(float value) {
        float number = Float.isNaN(value) ? op.clampMin() : value;
        return Math.max(Math.min(number, op.clampMax()), op.clampMin());
    }
}
