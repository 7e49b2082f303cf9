package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

import java.util.Arrays;

/**
 * One direction of an image: which pixels each of the four tile rows (or columns) keeps, and how many pixels of its
 * neighbours it needs besides for the outputs that the next layer computes there.
 *
 * <p>Part i has the pixels {@code ceil(i n / 4)} to {@code ceil((i + 1) n / 4) - 1}, of the image and of the next layer's
 * outputs alike. Source: derived, equal in every compiled convolution that was compared.
 */
final class Axis {
    static final int PARTS = 4;

    private final int[] start;
    private final int[] size = new int[PARTS];
    private final int[] before = new int[PARTS];
    private final int[] after = new int[PARTS];
    private final int[] skip = new int[PARTS];
    private final int[] span = new int[PARTS];
    private final int outputs;

    /** @param window of the layer that reads the image */
    Axis(int pixels, Window window) {
        DoesNotFitException.require(
                pixels >= window.kernel() || !window.valid(),
                "%d pixels for a VALID window of %d",
                pixels,
                window.kernel());
        outputs = window.outputs(pixels);
        start = starts(pixels);
        int[] out = starts(outputs);
        int padding = window.valid() ? 0 : Math.max((outputs - 1) * window.stride() + window.kernel() - pixels, 0) / 2;
        for (int i = 0; i < PARTS; i++) {
            size[i] = start[i + 1] - start[i];
            DoesNotFitException.require(
                    size[i] > 0 && out[i + 1] > out[i],
                    "%d pixels in and %d out along an axis, at least 4 are needed to split them over 4 tiles",
                    pixels,
                    outputs);
            int first = window.stride() * out[i] - padding;
            int last = window.stride() * (out[i + 1] - 1) - padding + window.kernel() - 1;
            before[i] = Math.max(0, start[i] - first);
            after[i] = Math.max(0, last - start[i + 1] + 1);
            skip[i] = first - start[i];
            span[i] = last - first + 1;
        }
        for (int i = 0; i + 1 < PARTS; i++) {
            DoesNotFitException.require(
                    after[i] <= size[i + 1] && before[i + 1] <= size[i],
                    "a window of %d pixels reaches beyond the neighbouring tile, which keeps %d of %d pixels",
                    window.kernel(),
                    Math.min(size[i], size[i + 1]),
                    pixels);
        }
    }

    private Axis() {
        start = new int[PARTS + 1];
        outputs = 1;
        Arrays.fill(size, 1);
        Arrays.fill(span, 1);
    }

    /** One pixel, which every tile has. */
    static Axis everywhere() {
        return new Axis();
    }

    private static int[] starts(int pixels) {
        int[] start = new int[PARTS + 1];
        for (int i = 0; i <= PARTS; i++) {
            start[i] = ceilDiv((long) i * pixels, PARTS);
        }
        return start;
    }

    /** Pixels of the next layer's result along this axis. */
    int outputs() {
        return outputs;
    }

    /** First pixel of a part. */
    int start(int part) {
        return start[part];
    }

    /** Pixels of a part. */
    int size(int part) {
        return size[part];
    }

    /** Pixels in front of the part that the reading layer needs. */
    int before(int part) {
        return before[part];
    }

    /** Pixels behind the part that the reading layer needs. */
    int after(int part) {
        return after[part];
    }

    /** Pixel where the reading layer starts, counted from the start of the part; negative where it starts before. */
    int skip(int part) {
        return skip[part];
    }

    /** Pixels that the reading layer reads. */
    int span(int part) {
        return span[part];
    }

    int largest() {
        return Math.max(Math.max(size[0], size[1]), Math.max(size[2], size[3]));
    }

    /** The part that keeps a pixel. */
    int partOf(int pixel) {
        int part = PARTS - 1;
        while (pixel < start[part]) {
            part--;
        }
        return part;
    }
}
