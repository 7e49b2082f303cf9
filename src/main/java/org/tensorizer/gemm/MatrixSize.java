package org.tensorizer.gemm;

/** Sizes and indices of row-major matrices, checked. */
final class MatrixSize {
    private MatrixSize() {}

    /** @throws GemmException not at least 1 x 1, or too many elements for an array */
    static int of(int rows, int columns) {
        long size = (long) rows * columns;
        if (rows < 1 || columns < 1 || size > Integer.MAX_VALUE - 8) {
            throw new GemmException(
                    "matrix of " + rows + " x " + columns + ", expected at least 1 x 1 and fewer than 2^31 elements");
        }
        return (int) size;
    }

    static void require(int rows, int columns, int found) {
        if (of(rows, columns) != found) {
            throw new GemmException("matrix of " + rows + " x " + columns + " = " + (long) rows * columns
                    + " elements, found " + found);
        }
    }

    static int index(int row, int column, int rows, int columns) {
        if (row < 0 || row >= rows || column < 0 || column >= columns) {
            throw new IndexOutOfBoundsException(
                    "element [" + row + "][" + column + "] of a matrix of " + rows + " x " + columns);
        }
        return row * columns + column;
    }
}
