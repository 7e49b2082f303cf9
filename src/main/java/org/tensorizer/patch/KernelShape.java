package org.tensorizer.patch;

import org.tensorizer.dense.DenseShape;
import org.tensorizer.layout.PayloadLayout;

/**
 * The extent of the weights W[out][ky][kx][in] of a layer.
 *
 * @param outputs output channels
 * @param height rows of the kernel, 1 of a Dense layer
 * @param width columns of the kernel
 * @param inputs input channels that an output channel reads: 1 if depthwise
 * @param depthwise whether output channel c reads input channel c alone
 */
public record KernelShape(int outputs, int height, int width, int inputs, boolean depthwise) {
    /** A Dense layer. */
    static KernelShape of(DenseShape shape) {
        return new KernelShape(shape.outputs(), 1, 1, shape.inputs(), false);
    }

    static KernelShape of(PatchedLayer layer) {
        PayloadLayout layout = layer.layout();
        return new KernelShape(layout.outputs(), layout.height(), layout.width(), layout.inputs(), layer.isDepthwise());
    }

    int taps() {
        return height * width;
    }

    /** The tap that an output pixel has its own pixel under, in a layer of stride 1 that keeps the image's size. */
    int middle() {
        return (height - 1) / 2 * width + (width - 1) / 2;
    }

    /** Input channels of the layer. */
    int channels() {
        return depthwise ? outputs : inputs;
    }

    /** Such as {@code 64 x 3 x 3 x 32}, or {@code 64 x 32} of a 1x1 kernel. */
    @Override
    public String toString() {
        return outputs + (taps() == 1 ? "" : " x " + height + " x " + width) + (depthwise ? "" : " x " + inputs);
    }
}
