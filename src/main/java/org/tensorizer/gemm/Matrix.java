package org.tensorizer.gemm;

import org.tensorizer.base.BadInputException;

/**
 * Rows and columns of a row-major matrix over an array.
 *
 * <p>A view of the array it was made from, without a copy; whoever holds the array can change it. Safe for many threads
 * as long as nobody does.
 */
public abstract sealed class Matrix permits ByteMatrix, IntMatrix, FloatMatrix {
    private final int rows;
    private final int columns;

    /** @throws BadInputException the array has not rows * columns elements */
    Matrix(int rows, int columns, int elements) {
        if (size(rows, columns) != elements) {
            throw new BadInputException("matrix of " + rows + " x " + columns + " = " + (long) rows * columns
                    + " elements, found " + elements);
        }
        this.rows = rows;
        this.columns = columns;
    }

    /**
     * Elements of a matrix.
     *
     * @throws BadInputException not at least 1 x 1, or too many for an array
     */
    static int size(int rows, int columns) {
        long size = (long) rows * columns;
        if (rows < 1 || columns < 1 || size > Integer.MAX_VALUE - 8) {
            throw new BadInputException(
                    "matrix of " + rows + " x " + columns + ", expected at least 1 x 1 and fewer than 2^31 elements");
        }
        return (int) size;
    }

    /** Two shapes that should be one. */
    static BadInputException misfit(String what, String found, String expected) {
        return new BadInputException(what + " of " + found + ", expected " + expected);
    }

    public final int rows() {
        return rows;
    }

    public final int columns() {
        return columns;
    }

    /** Where an element stands in the array. */
    final int index(int row, int column) {
        if (row < 0 || row >= rows || column < 0 || column >= columns) {
            throw new IndexOutOfBoundsException("element [" + row + "][" + column + "] of a matrix of " + this);
        }
        return row * columns + column;
    }

    final boolean hasShapeOf(Matrix other) {
        return rows == other.rows && columns == other.columns;
    }

    /** Such as {@code 256 x 1024}. */
    @Override
    public final String toString() {
        return rows + " x " + columns;
    }
}
