package org.tensorizer.compiler;

import java.util.List;
import org.tensorizer.conv.DoesNotFitException;
import org.tensorizer.model.Tensor;

/**
 * The dimensions with which numbers enter the chip. An image has its own. A row of numbers enters as an image as well, of
 * any dimensions that give as many: a fully connected layer takes them in the same order, row by row, pixel by pixel.
 * Four rows and columns are the least, every tile has a part of them; so the number needs two factors of 4 or more. Ours: a
 * compiled program of a row of numbers has it complete on every tile.
 */
record InputShape(int height, int width, int channels) {
    private static final int LEAST = 4;

    /** @throws DoesNotFitException the number of elements has no such factors */
    static InputShape of(Tensor tensor) {
        List<Integer> shape = tensor.shape();
        return shape.size() == 4
                ? new InputShape(shape.get(1), shape.get(2), shape.get(3))
                : row(Math.toIntExact(tensor.elements()));
    }

    /** Whole words of channels if possible, then the fewest pixels. */
    private static InputShape row(int numbers) {
        InputShape best = null;
        for (int height = LEAST; (long) height * height <= numbers; height++) {
            for (int width = height; (long) height * width <= numbers; width++) {
                if (numbers % (height * width) == 0) {
                    InputShape next = new InputShape(height, width, numbers / (height * width));
                    best = best == null || next.isBetterThan(best) ? next : best;
                }
            }
        }
        DoesNotFitException.require(
                best != null, "%d numbers in a row, expected a product of two factors of %d or more", numbers, LEAST);
        return best;
    }

    private boolean isBetterThan(InputShape other) {
        boolean words = channels % 4 == 0;
        boolean otherWords = other.channels % 4 == 0;
        return words != otherWords ? words : height * width < other.height * other.width;
    }
}
