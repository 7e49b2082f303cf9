package org.tensorizer.conv;

import org.tensorizer.base.BadInputException;

/**
 * What one output pixel of a layer reads: kernel x kernel pixels, the next output {@code stride} further on.
 *
 * @param kernel rows and columns, 1 or more
 * @param stride pixels from one output to the next, 1 or more
 * @param valid no padding (TFLite's VALID), else SAME
 */
public record Window(int kernel, int stride, boolean valid) implements Reach {
    /** One pixel in, one pixel out. */
    public static final Window POINT = new Window(1, 1, false);

    public Window {
        if (kernel < 1 || stride < 1) {
            throw new BadInputException(
                    "a window of " + kernel + " pixels and stride " + stride + ", expected 1 or more");
        }
    }

    public static Window same(int kernel, int stride) {
        return new Window(kernel, stride, false);
    }

    public static Window valid(int kernel, int stride) {
        return new Window(kernel, stride, true);
    }

    @Override
    public boolean reachesOver() {
        return kernel > 1 || stride > 1;
    }

    int taps() {
        return kernel * kernel;
    }

    /** Pixels read along an axis for so many outputs. */
    int read(int outputs) {
        return stride * outputs + kernel - stride;
    }

    @Override
    public int outputs(int pixels) {
        return valid ? (pixels - kernel) / stride + 1 : Arithmetic.ceilDiv(pixels, stride);
    }

    @Override
    public int first(int pixels, int output) {
        int padding = valid ? 0 : Math.max((outputs(pixels) - 1) * stride + kernel - pixels, 0) / 2;
        return stride * output - padding;
    }

    @Override
    public int last(int pixels, int output) {
        return first(pixels, output) + kernel - 1;
    }

    @Override
    public String toString() {
        return kernel + "x" + kernel + (stride > 1 ? " stride " + stride : "") + (valid ? " VALID" : "");
    }
}
