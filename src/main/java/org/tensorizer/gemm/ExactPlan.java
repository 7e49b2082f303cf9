package org.tensorizer.gemm;

import java.util.Locale;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ShapeStatus;

/**
 * What the exact int32 product of one weight matrix costs. It depends on the weights: zeros are free, and few digits that
 * are not 0 need few rows.
 *
 * @param outputs rows of W
 * @param inputs columns of W
 * @param template shape of the program that runs every tile
 * @param rows digit rows that W was split into, over all tiles
 * @param columnTiles tiles along the inputs
 * @param tiles payloads, each an upload
 * @param low smallest sum of a row that is answered exactly
 * @param high largest
 * @param reason why this template
 */
public record ExactPlan(
        int outputs,
        int inputs,
        DenseShape template,
        int rows,
        int columnTiles,
        int tiles,
        int low,
        int high,
        String reason) {
    /** Bits of an int8 input, each a run of its own. */
    public static final int BITS = 8;

    /** Digits of an int8 weight that can differ from 0, of 8. */
    private static final int MOST_DIGITS = 4;

    static ExactPlan of(ByteMatrix weights, DenseShape template, ExactScale scale, ExactTiles tiles, String reason) {
        return new ExactPlan(
                weights.rows(),
                weights.columns(),
                template,
                tiles.rows(),
                tiles.columnTiles(),
                tiles.tiles().size(),
                scale.low(),
                scale.high(),
                reason);
    }

    /**
     * Inferences for a batch, at most: one whose bits are all 0 is left out. {@link #mostRows} is a bound without knowing
     * the weights.
     */
    public long inferences(int vectors) {
        return (long) BITS * tiles * vectors;
    }

    /** Bytes of all payloads. */
    public long uploadBytes() {
        return (long) tiles * template.payloadBytes();
    }

    /**
     * Rows that an output channel can need at most, whatever its weights: at most 4 of 8 digits of a weight differ from 0,
     * and a row that was cut is full, so it has as many of them as the window is wide on one side.
     *
     * @param inputs of a tile
     * @param low smallest sum of a row that is answered exactly, below 0
     * @param high largest, above 0
     */
    public static int mostRows(int inputs, int low, int high) {
        return MOST_DIGITS * inputs / Math.min(-low, high) + BITS;
    }

    /** Several lines: sizes, cost of a batch, the scheme's proof in numbers, choice of template and its reason. */
    public String text(int vectors) {
        return String.format(
                Locale.ROOT,
                "exact W %d x %d on %s (%s)%n"
                        + "rows        %d digit rows, %.1f an output; every sum within %d..%d is answered exactly%n"
                        + "tiles       %d (%d along the inputs)%n"
                        + "inferences  at most %d for %d vector%s: %d bits of x, each on every tile%n"
                        + "uploads     %d of %d bytes%n"
                        + "chosen      %s",
                outputs,
                inputs,
                template,
                ShapeStatus.of(template).level().word(),
                rows,
                (double) rows / outputs,
                low,
                high,
                tiles,
                columnTiles,
                inferences(vectors),
                vectors,
                vectors == 1 ? "" : "s",
                BITS,
                tiles,
                template.payloadBytes(),
                reason);
    }
}
