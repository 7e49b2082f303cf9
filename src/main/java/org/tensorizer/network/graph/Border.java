package org.tensorizer.network.graph;

import java.util.Arrays;
import org.tensorizer.network.trace.TraceException;

/** How windows lie along one axis: their distance, and how far the first and the last stand out. */
final class Border {
    final int stride;
    final int count;
    final int before;
    final int after;
    private final int first;
    private final int size;
    private final int kernel;

    /**
     * @param positions where windows begin, sorted, without repetition; negative in front of the input
     * @param taps of the kernel
     * @param dilation distance of taps
     * @param size of the input
     */
    Border(int[] positions, int taps, int dilation, int size) {
        this.first = positions[0];
        this.size = size;
        this.count = positions.length;
        this.stride = count > 1 ? positions[1] - positions[0] : 1;
        for (int i = 1; i < count; i++) {
            if (positions[i] - positions[i - 1] != stride) {
                throw new TraceException("windows begin at " + Arrays.toString(positions) + ", expected one distance");
            }
        }
        this.kernel = (taps - 1) * dilation + 1;
        this.before = -first;
        this.after = Math.max(0, (count - 1) * stride + kernel - size - before);
    }

    /** Number of the window that begins at a position. */
    int index(int position) {
        return (position - first) / stride;
    }

    /** TFLite's SAME: half of what is missing in front, rounded down. */
    boolean isSame() {
        int missing = Math.max(0, (count - 1) * stride + kernel - size);
        return count == (size + stride - 1) / stride && before == missing / 2;
    }

    /** TFLite's VALID: nothing stands out, no further window has room. */
    boolean isValid() {
        return before == 0 && count == (size - kernel) / stride + 1 && size >= kernel;
    }
}
