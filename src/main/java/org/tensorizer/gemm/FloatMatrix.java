package org.tensorizer.gemm;

import java.util.Arrays;
import org.tensorizer.base.BadInputException;

/** A matrix of real numbers, row-major: weights W[out][in] or a batch X[vector][in]. */
public final class FloatMatrix extends Matrix {
    private final float[] values;

    private FloatMatrix(int rows, int columns, float[] values) {
        super(rows, columns, values.length);
        this.values = values;
    }

    /**
     * @param values rows * columns numbers, not copied
     * @throws BadInputException their number is another
     */
    public static FloatMatrix of(int rows, int columns, float... values) {
        return new FloatMatrix(rows, columns, values);
    }

    /** All zero. */
    public static FloatMatrix zero(int rows, int columns) {
        return new FloatMatrix(rows, columns, new float[size(rows, columns)]);
    }

    /** The array itself. */
    public float[] values() {
        return values;
    }

    public float at(int row, int column) {
        return values[index(row, column)];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FloatMatrix matrix && hasShapeOf(matrix) && Arrays.equals(values, matrix.values);
    }

    @Override
    public int hashCode() {
        return 31 * rows() + Arrays.hashCode(values);
    }
}
