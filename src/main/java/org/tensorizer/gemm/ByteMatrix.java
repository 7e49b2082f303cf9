package org.tensorizer.gemm;

import java.util.Arrays;

/**
 * A matrix of bytes, row-major: int8 weights W[out][in], or a batch of tensor bytes X[vector][channel].
 *
 * <p>A view of the array it was made from, without a copy; whoever holds the array can change it. Safe for many threads
 * as long as nobody does.
 */
public final class ByteMatrix {
    private final int rows;
    private final int columns;
    private final byte[] values;

    private ByteMatrix(int rows, int columns, byte[] values) {
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    /**
     * @param values rows * columns bytes, not copied
     * @throws GemmException their number is another
     */
    public static ByteMatrix of(int rows, int columns, byte... values) {
        MatrixSize.require(rows, columns, values.length);
        return new ByteMatrix(rows, columns, values);
    }

    /** All zero. */
    public static ByteMatrix zero(int rows, int columns) {
        return new ByteMatrix(rows, columns, new byte[MatrixSize.of(rows, columns)]);
    }

    /** One row. */
    public static ByteMatrix vector(byte... values) {
        return of(1, values.length, values);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** The array itself. */
    public byte[] values() {
        return values;
    }

    public byte at(int row, int column) {
        return values[MatrixSize.index(row, column, rows, columns)];
    }

    /** A copy of one row. */
    public byte[] row(int row) {
        int start = MatrixSize.index(row, 0, rows, columns);
        return Arrays.copyOfRange(values, start, start + columns);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ByteMatrix matrix
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
