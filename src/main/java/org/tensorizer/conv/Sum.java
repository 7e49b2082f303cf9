package org.tensorizer.conv;

import java.util.List;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.Factors;
import org.tensorizer.dense.Quantization;

/**
 * The sum of the image before and an older one, with one factor of 16 bits for each.
 *
 * @param outputs channels
 * @param older number of the other image: 0 is the input of the chain, j the result of its j-th step
 * @param olderWeight factor of the other image, 1 to 32767
 * @param weight factor of the image before
 * @param multiplier from the accumulator to the output
 * @param constant added to the accumulator: what the zero points amount to
 */
public record Sum(
        int outputs,
        int older,
        int olderWeight,
        int weight,
        float multiplier,
        int constant,
        float outputScale,
        int outputZeroPoint,
        Activation activation)
        implements ChainStep {
    /** Scale and zero point (0 to 255) of an operand. */
    public record Operand(float scale, int zeroPoint) {}

    /**
     * Chooses the {@link Factors}. Source: the multiplier of ten sums in each of two compiled networks.
     *
     * @param older the other image
     * @param before the image before
     * @param output of the sum
     */
    public static Sum of(
            int outputs, int older, Operand olderNumbers, Operand before, Operand output, Activation activation) {
        Factors factors = Factors.of(olderNumbers.scale(), before.scale());
        int olderWeight = factors.first();
        int weight = factors.second();
        DoesNotFitException.require(
                olderWeight > 0 && weight > 0,
                "a sum of numbers with the scales %s and %s: their ratio is beyond %d",
                olderNumbers.scale(),
                before.scale(),
                Factors.LIMIT);
        boolean larger = olderNumbers.scale() > before.scale();
        double scale = larger ? olderNumbers.scale() : before.scale();
        float multiplier = (float) (scale / (larger ? olderWeight : weight)) * (1f / output.scale());
        int constant = -(olderWeight * olderNumbers.zeroPoint() + weight * before.zeroPoint());
        return new Sum(
                outputs,
                older,
                olderWeight,
                weight,
                multiplier,
                constant,
                output.scale(),
                output.zeroPoint(),
                activation);
    }

    float clampMax() {
        return numbers().clampMax(activation);
    }

    float clampMin() {
        return numbers().clampMin(activation);
    }

    private Quantization numbers() {
        return Quantization.perChannel(1, 0, outputScale, outputZeroPoint);
    }

    @Override
    public List<Integer> others() {
        return List.of(older);
    }

    @Override
    public String describe() {
        return "sum with image " + older;
    }
}
