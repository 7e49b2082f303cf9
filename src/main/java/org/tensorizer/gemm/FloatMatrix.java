package org.tensorizer.gemm;

import java.util.Arrays;

/**
 * A matrix of real numbers, row-major: weights W[out][in] or a batch X[vector][in].
 *
 * <p>A view of the array it was made from, without a copy; whoever holds the array can change it. Safe for many threads
 * as long as nobody does.
 */
public final class FloatMatrix {
    private final int rows;
    private final int columns;
    private final float[] values;

    private FloatMatrix(int rows, int columns, float[] values) {
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    /**
     * @param values rows * columns numbers, not copied
     * @throws GemmException their number is another
     */
    public static FloatMatrix of(int rows, int columns, float... values) {
        MatrixSize.require(rows, columns, values.length);
        return new FloatMatrix(rows, columns, values);
    }

    /** All zero. */
    public static FloatMatrix zero(int rows, int columns) {
        return new FloatMatrix(rows, columns, new float[MatrixSize.of(rows, columns)]);
    }

    /** One row. */
    public static FloatMatrix vector(float... values) {
        return of(1, values.length, values);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** The array itself. */
    public float[] values() {
        return values;
    }

    public float at(int row, int column) {
        return values[MatrixSize.index(row, column, rows, columns)];
    }

    /** A copy of one row. */
    public float[] row(int row) {
        int start = MatrixSize.index(row, 0, rows, columns);
        return Arrays.copyOfRange(values, start, start + columns);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FloatMatrix matrix
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
