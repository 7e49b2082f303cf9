package org.tensorizer.recovery;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The two functions of a map {@code offset = rows[row] + columns[column]}. Values of rows and columns that no chain of
 * known cells ties to the rest stay unknown.
 */
record Potentials(long[] rows, boolean[] rowKnown, long[] columns, boolean[] columnKnown) {

    /** Follows known cells from the row with most of them. */
    static Potentials of(CellMap map) {
        Potentials sums = new Potentials(
                new long[map.rows()], new boolean[map.rows()], new long[map.columns()], new boolean[map.columns()]);
        sums.spread(map, fullestRow(map));
        return sums;
    }

    private static int fullestRow(CellMap map) {
        int best = 0;
        int most = -1;
        for (int row = 0; row < map.rows(); row++) {
            int count = 0;
            for (int column = 0; column < map.columns(); column++) {
                if (map.at(row, column) != CellMap.UNKNOWN) {
                    count++;
                }
            }
            if (count > most) {
                most = count;
                best = row;
            }
        }
        return best;
    }

    /** Breadth first; rows are queued as their number, columns as the complement of theirs. */
    private void spread(CellMap map, int start) {
        ArrayDeque<Integer> queue = new ArrayDeque<>();
        rowKnown[start] = true;
        queue.add(start);
        while (!queue.isEmpty()) {
            int next = queue.remove();
            if (next >= 0) {
                for (int column = 0; column < columns.length; column++) {
                    int offset = map.at(next, column);
                    if (offset != CellMap.UNKNOWN && !columnKnown[column]) {
                        columns[column] = offset - rows[next];
                        columnKnown[column] = true;
                        queue.add(~column);
                    }
                }
            } else {
                for (int row = 0; row < rows.length; row++) {
                    int offset = map.at(row, ~next);
                    if (offset != CellMap.UNKNOWN && !rowKnown[row]) {
                        rows[row] = offset - columns[~next];
                        rowKnown[row] = true;
                        queue.add(row);
                    }
                }
            }
        }
    }

    /**
     * Lets every row and every column take the value that most of its known cells ask for.
     *
     * @return whether a value changed
     */
    boolean vote(CellMap map) {
        boolean changed = false;
        long[] asked = new long[Math.max(rows.length, columns.length)];
        for (int row = 0; row < rows.length; row++) {
            int count = 0;
            for (int column = 0; column < columns.length; column++) {
                int offset = map.at(row, column);
                if (offset != CellMap.UNKNOWN && columnKnown[column]) {
                    asked[count++] = offset - columns[column];
                }
            }
            changed |= elect(rows, row, asked, count);
        }
        for (int column = 0; column < columns.length; column++) {
            int count = 0;
            for (int row = 0; row < rows.length; row++) {
                int offset = map.at(row, column);
                if (offset != CellMap.UNKNOWN && rowKnown[row]) {
                    asked[count++] = offset - rows[row];
                }
            }
            changed |= elect(columns, column, asked, count);
        }
        return changed;
    }

    private static boolean elect(long[] values, int index, long[] asked, int count) {
        if (count == 0) {
            return false;
        }
        long winner = mode(asked, count);
        boolean changed = winner != values[index];
        values[index] = winner;
        return changed;
    }

    /** The most frequent of the first {@code count} values; they are sorted on the way. */
    static long mode(long[] values, int count) {
        Arrays.sort(values, 0, count);
        long winner = values[0];
        int most = 0;
        for (int start = 0; start < count; ) {
            int end = start;
            while (end < count && values[end] == values[start]) {
                end++;
            }
            if (end - start > most) {
                most = end - start;
                winner = values[start];
            }
            start = end;
        }
        return winner;
    }
}
