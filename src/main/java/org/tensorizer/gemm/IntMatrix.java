package org.tensorizer.gemm;

import java.util.Arrays;
import org.tensorizer.base.BadInputException;

/** A matrix of 32-bit integers, row-major, such as a product Y[vector][out]. */
public final class IntMatrix extends Matrix {
    private final int[] values;

    private IntMatrix(int rows, int columns, int[] values) {
        super(rows, columns, values.length);
        this.values = values;
    }

    /**
     * @param values rows * columns numbers, not copied
     * @throws BadInputException their number is another
     */
    public static IntMatrix of(int rows, int columns, int... values) {
        return new IntMatrix(rows, columns, values);
    }

    /** All zero. */
    public static IntMatrix zero(int rows, int columns) {
        return new IntMatrix(rows, columns, new int[size(rows, columns)]);
    }

    /** The array itself. */
    public int[] values() {
        return values;
    }

    int at(int row, int column) {
        return values[index(row, column)];
    }

    /** A copy of one row. */
    public int[] row(int row) {
        int start = index(row, 0);
        return Arrays.copyOfRange(values, start, start + columns());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IntMatrix matrix && hasShapeOf(matrix) && Arrays.equals(values, matrix.values);
    }

    @Override
    public int hashCode() {
        return 31 * rows() + Arrays.hashCode(values);
    }
}
