package org.tensorizer.recovery;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Where each cell of a matrix stands in a payload, as plain numbers: what a recovery measured or a formula predicts.
 * Immutable. Memory: four bytes a cell.
 */
public final class CellMap {
    /** Offset of a cell about which nothing is known. */
    public static final int UNKNOWN = -1;

    private final int rows;
    private final int columns;
    private final int[] offsets;
    private final int known;

    /**
     * @param rows number of output channels in a weight map
     * @param columns number of input channels in a weight map
     * @param offsets row-major, {@code offsets[out * columns + in]}, {@link #UNKNOWN} where not known; copied
     */
    public CellMap(int rows, int columns, int[] offsets) {
        if (rows < 1 || columns < 1 || offsets.length != (long) rows * columns) {
            throw new IllegalArgumentException(
                    "map of " + rows + " x " + columns + " with " + offsets.length + " offsets");
        }
        this.rows = rows;
        this.columns = columns;
        this.offsets = offsets.clone();
        Arrays.stream(offsets).filter(offset -> offset < UNKNOWN).findFirst().ifPresent(offset -> {
            throw new IllegalArgumentException("offset " + offset + " in a map");
        });
        this.known =
                (int) Arrays.stream(offsets).filter(offset -> offset != UNKNOWN).count();
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** Number of cells whose offset is known. */
    public int known() {
        return known;
    }

    /** Number of cells of a row whose offset is known. */
    int known(int row) {
        return (int) IntStream.range(0, columns)
                .filter(column -> at(row, column) != UNKNOWN)
                .count();
    }

    /** Offset of a cell, or {@link #UNKNOWN}. */
    public int at(int row, int column) {
        return offsets[row * columns + column];
    }

    /** A copy, row-major. */
    public int[] toArray() {
        return offsets.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CellMap map
                && map.rows == rows
                && map.columns == columns
                && Arrays.equals(map.offsets, offsets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(offsets);
    }

    @Override
    public String toString() {
        return "map of " + rows + " x " + columns + " cells, " + known + " known";
    }
}
