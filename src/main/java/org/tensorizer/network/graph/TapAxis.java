package org.tensorizer.network.graph;

import java.util.Arrays;
import org.tensorizer.network.trace.TraceException;

/** One direction of a layer: where its weight rows lie within the kernel, and where the kernel lies for each result. */
final class TapAxis {
    private final LayerRecords layer;
    private final int[] offsets;
    private final int[] distinct;
    private final int[][] origins;

    /**
     * @param offsets row or column of each weight row, the lowest 0
     * @param origins row or column of the kernel by record and result, negative in front of the input
     */
    TapAxis(LayerRecords layer, int[] offsets, int[][] origins) {
        this.layer = layer;
        this.offsets = offsets;
        this.distinct = Arrays.stream(offsets).distinct().sorted().toArray();
        this.origins = origins;
    }

    /** Taps of the kernel. */
    int taps() {
        return distinct.length;
    }

    /** Distance of taps. */
    int dilation() {
        int distance = distance(distinct);
        layer.require(distance > 0, "kernel positions " + Arrays.toString(distinct));
        return distance;
    }

    /** From each of some sorted positions to the next, 1 where there is one alone, 0 where it varies. */
    private static int distance(int[] positions) {
        int distance = positions.length > 1 ? positions[1] - positions[0] : 1;
        for (int i = 1; i < positions.length; i++) {
            if (positions[i] - positions[i - 1] != distance) {
                return 0;
            }
        }
        return distance;
    }

    /** Which tap each weight row is. */
    int[] kernel() {
        int dilation = dilation();
        return Arrays.stream(offsets).map(offset -> offset / dilation).toArray();
    }

    /** Where the kernel lies for a result. */
    int origin(int record, int result) {
        return origins[record][result];
    }

    /** @param size of the input */
    Border border(int size) {
        int[] positions = Arrays.stream(origins)
                .flatMapToInt(Arrays::stream)
                .distinct()
                .sorted()
                .toArray();
        int stride = distance(positions);
        if (stride == 0) {
            throw new TraceException("windows begin at " + Arrays.toString(positions) + ", expected one distance");
        }
        return new Border(positions[0], stride, positions.length, size, (taps() - 1) * dilation() + 1);
    }

    /**
     * How windows lie along the axis.
     *
     * @param first where the first one begins, negative in front of the input
     * @param stride their distance
     * @param count how many there are
     * @param size of the input
     * @param kernel pixels of a window
     */
    record Border(int first, int stride, int count, int size, int kernel) {
        /** How far the first one stands out. */
        int before() {
            return -first;
        }

        /** How far the last one stands out. */
        int after() {
            return Math.max(0, missing() - before());
        }

        private int missing() {
            return (count - 1) * stride + kernel - size;
        }

        /** Number of the window that begins at a position. */
        int index(int position) {
            return (position - first) / stride;
        }

        /** TFLite's SAME: half of what is missing in front, rounded down. */
        boolean isSame() {
            return count == (size + stride - 1) / stride && before() == Math.max(0, missing()) / 2;
        }

        /** TFLite's VALID: nothing stands out, no further window has room. */
        boolean isValid() {
            return before() == 0 && count == (size - kernel) / stride + 1 && size >= kernel;
        }
    }
}
