package org.tensorizer.gemm;

import java.util.Arrays;
import org.tensorizer.base.BadInputException;

/** A matrix of bytes, row-major: int8 weights W[out][in], or a batch of tensor bytes X[vector][channel]. */
public final class ByteMatrix extends Matrix {
    private final byte[] values;

    private ByteMatrix(int rows, int columns, byte[] values) {
        super(rows, columns, values.length);
        this.values = values;
    }

    /**
     * @param values rows * columns bytes, not copied
     * @throws BadInputException their number is another
     */
    public static ByteMatrix of(int rows, int columns, byte... values) {
        return new ByteMatrix(rows, columns, values);
    }

    /** All zero. */
    public static ByteMatrix zero(int rows, int columns) {
        return new ByteMatrix(rows, columns, new byte[size(rows, columns)]);
    }

    /** One row. */
    public static ByteMatrix vector(byte... values) {
        return of(1, values.length, values);
    }

    /** The array itself. */
    public byte[] values() {
        return values;
    }

    public byte at(int row, int column) {
        return values[index(row, column)];
    }

    /** A copy of one row. */
    public byte[] row(int row) {
        int start = index(row, 0);
        return Arrays.copyOfRange(values, start, start + columns());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ByteMatrix matrix && hasShapeOf(matrix) && Arrays.equals(values, matrix.values);
    }

    @Override
    public int hashCode() {
        return 31 * rows() + Arrays.hashCode(values);
    }
}
