package org.tensorizer.picture;

import java.util.Arrays;

/** Whole numbers in rows and columns. Immutable. */
public final class Grid {
    /** A value at a row and a column. */
    @FunctionalInterface
    public interface Cell {
        int at(int row, int column);
    }

    private final int rows;
    private final int columns;
    private final int[] values;

    private Grid(int rows, int columns, int[] values) {
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    /**
     * @param rows at least 1
     * @param columns at least 1
     * @throws IllegalArgumentException if there is no cell
     */
    public static Grid of(int rows, int columns, Cell cell) {
        if (rows < 1 || columns < 1) {
            throw new IllegalArgumentException("a grid of " + rows + " x " + columns + " has no cell");
        }
        int[] values = new int[Math.multiplyExact(rows, columns)];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                values[r * columns + c] = cell.at(r, c);
            }
        }
        return new Grid(rows, columns, values);
    }

    /** One row. */
    public static Grid row(int... values) {
        return of(1, values.length, (r, c) -> values[c]);
    }

    /** One row of bytes, read as -128..127 or as 0..255. */
    public static Grid row(byte[] values, boolean signed) {
        return of(1, values.length, (r, c) -> signed ? values[c] : values[c] & 0xff);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public int at(int row, int column) {
        if (row < 0 || row >= rows || column < 0 || column >= columns) {
            throw new IndexOutOfBoundsException(
                    "cell (" + row + ", " + column + ") of a grid of " + rows + " x " + columns);
        }
        return values[row * columns + column];
    }

    public int min() {
        return Arrays.stream(values).min().orElseThrow();
    }

    public int max() {
        return Arrays.stream(values).max().orElseThrow();
    }

    /** Number of cells that are not 0. */
    public long nonZero() {
        return Arrays.stream(values).filter(v -> v != 0).count();
    }

    /** {@code this - other}, cell by cell. */
    public Grid minus(Grid other) {
        if (rows != other.rows || columns != other.columns) {
            throw new IllegalArgumentException("grids of " + rows + " x " + columns + " and of " + other.rows + " x "
                    + other.columns + " have no difference");
        }
        return of(rows, columns, (r, c) -> at(r, c) - other.at(r, c));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Grid g && rows == g.rows && columns == g.columns && Arrays.equals(values, g.values);
    }

    @Override
    public int hashCode() {
        return 31 * columns + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return rows + " x " + columns + " in " + min() + ".." + max();
    }
}
