package org.tensorizer.device.emulator;

/** From the sum of a result to its stored value: the end of every op. Thread-safe. */
final class Requantizer {
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

    /** Largest stored value. */
    int top() {
        return top;
    }

    /** Whether clamps keep every result in range, so that nothing needs to be refused. */
    boolean isPlain() {
        return !saturates
                && chip.round(op.clampMin()) + op.outputZeroPoint() >= 0
                && chip.round(op.clampMax()) + op.outputZeroPoint() <= top
                && op.clampMin() <= op.clampMax();
    }

    /** Adds bias and constant: saturates, since padding lanes of a softmax have the smallest number as bias. */
    int biased(long sum, int bias) {
        long biased = sum + bias + op.constant();
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, biased));
    }

    /**
     * The stored value of a result.
     *
     * @param sum of products, exact
     * @param bias of the lane
     * @param scale of the lane
     * @param table the tile's function table, if the op uses it
     * @throws UnsupportedProgramException the sum leaves int32, or the clamps let a result out of its range
     */
    int stored(long sum, int bias, float scale, TableLoad table) {
        if (sum != (int) sum) {
            throw op.site().refused("a sum of products would be %d, beyond int32", sum);
        }
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
