package org.tensorizer.network.graph;

import java.util.List;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.Place;

/**
 * A layer with weights.
 *
 * @param kind what it is
 * @param inputs one tensor
 * @param output one tensor
 * @param places its instructions
 * @param fields the numbers they share
 * @param geometry how the kernel lies on the input
 * @param layout its bytes in the payload
 * @param offset where they start in the payload, the cached one continued by the streamed one
 */
public record LayerOperator(
        Kind kind,
        List<GraphTensor> inputs,
        GraphTensor output,
        List<Place> places,
        OpFields fields,
        Geometry geometry,
        PayloadLayout layout,
        int offset)
        implements GraphOperator {
    /** Kinds of layers. */
    public enum Kind {
        CONV_2D,
        DEPTHWISE_CONV_2D,
        FULLY_CONNECTED,
        /** A copy with a bias and a scale for each channel: arithmetic with constants that a compiler folded. */
        CHANNELWISE
    }

    /**
     * How a kernel lies on its input.
     *
     * @param strideY rows from one output to the next
     * @param strideX columns from one output to the next
     * @param dilationY rows from one tap to the next
     * @param dilationX columns from one tap to the next
     * @param same whether it is padded as TFLite's SAME; else it stays within its input
     */
    public record Geometry(int strideY, int strideX, int dilationY, int dilationX, boolean same) {
        public static final Geometry NONE = new Geometry(1, 1, 1, 1, false);
    }

    @Override
    public String name() {
        return kind == Kind.CHANNELWISE ? Kind.DEPTHWISE_CONV_2D.name() : kind.name();
    }

    /** Whether weights have a scale for each output channel, or could have. */
    public boolean isPerChannel() {
        return layout.header().scales() || layout.header().zeroPoints();
    }

    /** Multiply-accumulates of one inference. */
    public long macs() {
        GraphTensor.Shape shape = output.shape();
        return (long) shape.height() * shape.width() * layout.weights();
    }

    /** Such as {@code CONV_2D 3x3x32 -> 64}. */
    @Override
    public String toString() {
        return name() + " " + layout.height() + "x" + layout.width() + "x"
                + (kind == Kind.DEPTHWISE_CONV_2D ? layout.outputs() : layout.inputs()) + " -> " + layout.outputs();
    }
}
