package org.tensorizer.gemm;

import java.util.Arrays;

/**
 * A matrix of 32-bit integers, row-major, such as a product Y[vector][out].
 *
 * <p>A view of the array it was made from, without a copy; whoever holds the array can change it. Safe for many threads
 * as long as nobody does.
 */
public final class IntMatrix {
    private final int rows;
    private final int columns;
    private final int[] values;

    private IntMatrix(int rows, int columns, int[] values) {
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    /**
     * @param values rows * columns numbers, not copied
     * @throws GemmException their number is another
     */
    public static IntMatrix of(int rows, int columns, int... values) {
        MatrixSize.require(rows, columns, values.length);
        return new IntMatrix(rows, columns, values);
    }

    /** All zero. */
    public static IntMatrix zero(int rows, int columns) {
        return new IntMatrix(rows, columns, new int[MatrixSize.of(rows, columns)]);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** The array itself. */
    public int[] values() {
        return values;
    }

    public int at(int row, int column) {
        return values[MatrixSize.index(row, column, rows, columns)];
    }

    /** A copy of one row. */
    public int[] row(int row) {
        int start = MatrixSize.index(row, 0, rows, columns);
        return Arrays.copyOfRange(values, start, start + columns);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IntMatrix matrix
                && rows == matrix.rows
                && columns == matrix.columns
                && Arrays.equals(values, matrix.values);
    }

    @Override
    public int hashCode() {
        return 31 * rows + Arrays.hashCode(values);
    }

    /** Such as {@code 256 x 1024}. */
    @Override
    public String toString() {
        return rows + " x " + columns;
    }
}
