package org.tensorizer.layout;

import org.tensorizer.base.BadInputException;

/**
 * Some weights of a layer W[out][ky][kx][in]: a range of output channels, a range of input channels, and all taps of the
 * kernel or one of them.
 *
 * @param firstOutput first output channel
 * @param endOutput one past the last
 * @param firstTap first tap, counted row by row: ky * width + kx
 * @param endTap one past the last
 * @param firstInput first input channel
 * @param endInput one past the last
 */
public record WeightCells(int firstOutput, int endOutput, int firstTap, int endTap, int firstInput, int endInput) {
    /** All weights of a layer. */
    public static WeightCells all(PayloadLayout layout) {
        return new WeightCells(0, layout.outputs(), 0, layout.taps(), 0, layout.inputs());
    }

    /** Only these output channels. */
    public WeightCells outputs(int first, int end) {
        return new WeightCells(first, end, firstTap, endTap, firstInput, endInput);
    }

    /** Only this tap of the kernel. */
    public WeightCells tap(int tap) {
        return new WeightCells(firstOutput, endOutput, tap, tap + 1, firstInput, endInput);
    }

    /** Only these input channels. */
    public WeightCells inputs(int first, int end) {
        return new WeightCells(firstOutput, endOutput, firstTap, endTap, first, end);
    }

    /**
     * @param wanting what messages call these weights
     * @param layer what they call the layer
     * @throws BadInputException the layer has no such weights
     */
    public WeightCells requireInside(PayloadLayout layout, Object wanting, String layer) {
        boolean inside = isRange(firstOutput, endOutput, layout.outputs())
                && isRange(firstTap, endTap, layout.taps())
                && isRange(firstInput, endInput, layout.inputs());
        if (!inside) {
            throw new BadInputException(wanting + ": " + layer + " has " + extent(layout));
        }
        return this;
    }

    private static boolean isRange(int first, int end, int size) {
        return first >= 0 && first < end && end <= size;
    }

    /** Such as {@code W[0..63][0..2][0..2][0..31]}; the taps of a 1x1 kernel are left out. */
    static String extent(PayloadLayout layout) {
        String taps = layout.taps() == 1 ? "" : "[0.." + (layout.height() - 1) + "][0.." + (layout.width() - 1) + "]";
        return "W[0.." + (layout.outputs() - 1) + "]" + taps + "[0.." + (layout.inputs() - 1) + "]";
    }
}
