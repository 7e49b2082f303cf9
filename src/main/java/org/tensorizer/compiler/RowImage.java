package org.tensorizer.compiler;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

import java.util.List;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.DoesNotFitException;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;

/**
 * An image whose pixels are the rows of a matrix: row m is pixel (m / width, m % width), so that the host buffer is the
 * matrix itself, padded at its end.
 *
 * @param height multiple of 4
 * @param width multiple of 4
 */
public record RowImage(int height, int width) {
    /** Words of a tile's share of an image row, as many as the staging buffer is happy with. */
    private static final int MOST_LINE_WORDS = 2048;

    private static final int LEAST_PIXELS = 4;

    /**
     * Chooses an image for so many rows: parts of at least 2 x 2 pixels, so that no loop of the program is degenerate, and
     * rows as long as the staging buffer takes well. Ours; any other would do.
     *
     * @param inputs columns of the matrix, a multiple of 4
     * @throws DoesNotFitException no image of so many rows fits
     */
    public static RowImage of(int rows, int inputs, int outputs) {
        int pixels = Math.max(LEAST_PIXELS, ceilDiv(rows, 16));
        while (smallestDivisor(pixels) == pixels) {
            pixels++;
        }
        DoesNotFitException first = null;
        for (int width = pixels / 2; width >= 2; width--) {
            boolean wanted = pixels % width == 0
                    && ((long) width * inputs <= MOST_LINE_WORDS || width == smallestDivisor(pixels));
            if (wanted) {
                RowImage image = new RowImage(4 * (pixels / width), 4 * width);
                try {
                    image.check(inputs, outputs);
                    return image;
                } catch (DoesNotFitException reason) {
                    first = first == null ? reason : first;
                }
            }
        }
        RowImage narrow = new RowImage(4 * pixels, 4);
        try {
            narrow.check(inputs, outputs);
            return narrow;
        } catch (DoesNotFitException reason) {
            throw first == null ? reason : first;
        }
    }

    private void check(int inputs, int outputs) {
        Convolution layer = new Convolution(
                outputs,
                Window.POINT,
                false,
                ParameterFormat.PER_CHANNEL_BIAS,
                Activation.NONE,
                Quantization.perChannel(1, 128, 1, 128));
        NetworkProgram.of(ImageChain.of(height, width, inputs, List.of(layer)), Head.NONE);
    }

    private static int smallestDivisor(int number) {
        int divisor = 2;
        while (number % divisor != 0) {
            divisor++;
        }
        return divisor;
    }

    /** Rows that the image has room for. */
    public int rows() {
        return height * width;
    }
}
