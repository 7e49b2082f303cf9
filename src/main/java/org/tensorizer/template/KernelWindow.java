package org.tensorizer.template;

import org.tensorizer.dense.DenseShape;

/**
 * How a kernel lies on an image: output pixel (y, x) reads input pixel (y * stride + ky * dilation - padding, ...) under
 * tap (ky, kx), and beyond the edge the zero point. A Dense layer is one pixel under a kernel of 1x1.
 *
 * @param height of the input
 * @param width of the input
 * @param channels of the input
 * @param rows of the output
 * @param columns of the output
 * @param outputs channels of the output
 * @param kernelHeight rows of the kernel
 * @param kernelWidth columns of the kernel
 * @param y how it lies in the direction of rows
 * @param x how it lies in the direction of columns
 */
public record KernelWindow(
        int height,
        int width,
        int channels,
        int rows,
        int columns,
        int outputs,
        int kernelHeight,
        int kernelWidth,
        Step y,
        Step x) {
    /**
     * One direction.
     *
     * @param stride pixels from one output to the next
     * @param dilation pixels from one tap to the next
     * @param padding pixels of the first window before the edge
     */
    public record Step(int stride, int dilation, int padding) {
        private static final Step ONE = new Step(1, 1, 0);

        /**
         * Padding as TFLite's SAME or VALID.
         *
         * @param pixels of the input
         * @param results pixels of the output
         */
        public static Step of(int stride, int dilation, boolean same, int pixels, int results, int kernel) {
            int reach = (results - 1) * stride + (kernel - 1) * dilation + 1;
            return new Step(stride, dilation, same ? Math.max(0, reach - pixels) / 2 : 0);
        }
    }

    static KernelWindow of(DenseShape shape) {
        return new KernelWindow(1, 1, shape.inputs(), 1, 1, shape.outputs(), 1, 1, Step.ONE, Step.ONE);
    }

    /** Taps of the kernel. */
    public int taps() {
        return kernelHeight * kernelWidth;
    }

    /** Bytes of the input. */
    public int inputBytes() {
        return height * width * channels;
    }

    /** Bytes of the output. */
    public int outputBytes() {
        return rows * columns * outputs;
    }

    /**
     * The input pixel under a tap.
     *
     * @param row of the output
     * @param column of the output
     * @param tap ky * kernelWidth + kx
     * @return y * width + x, -1 beyond the edge
     */
    public int pixel(int row, int column, int tap) {
        int atY = row * y.stride + tap / kernelWidth * y.dilation - y.padding;
        int atX = column * x.stride + tap % kernelWidth * x.dilation - x.padding;
        return atY < 0 || atY >= height || atX < 0 || atX >= width ? -1 : atY * width + atX;
    }
}
