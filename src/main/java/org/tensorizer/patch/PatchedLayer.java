package org.tensorizer.patch;

import org.tensorizer.layout.DenseLayout;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.layout.RowLayout;

/**
 * The layer whose weights are patched. Immutable.
 *
 * @param name what messages and records call it
 * @param layout where its weights W[out][ky][kx][in] stand
 * @param at where it starts in the payload, 0 if it has the payload to itself
 */
public record PatchedLayer(String name, PayloadLayout layout, int at) {
    /** A Dense layer, which has the payload to itself. */
    public static PatchedLayer of(DenseLayout layout) {
        return new PatchedLayer(layout.shape().toString(), layout.rows(), 0);
    }

    /** Whether each channel has a kernel of its own. */
    boolean isDepthwise() {
        return !(layout instanceof RowLayout);
    }
}
