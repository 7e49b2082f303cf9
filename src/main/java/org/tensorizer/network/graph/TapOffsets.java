package org.tensorizer.network.graph;

import java.util.Arrays;

/** Where the weight rows of a layer lie within its kernel, in positions of the input. */
final class TapOffsets {
    /** Row of each weight row, the lowest 0. */
    final int[] dy;
    /** Column of each weight row, the lowest 0. */
    final int[] dx;

    private final Layer layer;
    private final int[][] at;

    /** @param at by record the position of every step, {@link Taps#PADDING} where it meets none of a tensor */
    TapOffsets(Layer layer, int[][] at) {
        this.layer = layer;
        this.at = at;
        dy = new int[layer.taps()];
        dx = new int[layer.taps()];
        find();
    }

    /** The offset of every row in y and x, from results that meet the most of the input; others by rows they share. */
    private void find() {
        int rows = layer.taps();
        int bestRecord = 0;
        int bestResult = 0;
        int most = -1;
        for (int r = 0; r < at.length; r++) {
            for (int result = 0; result < at[r].length / rows; result++) {
                int met = 0;
                for (int row = 0; row < rows; row++) {
                    met += at[r][result * rows + row] == Taps.PADDING ? 0 : 1;
                }
                if (met > most) {
                    most = met;
                    bestRecord = r;
                    bestResult = result;
                }
            }
        }
        boolean[] known = new boolean[rows];
        int left = rows;
        for (int row = 0; row < rows; row++) {
            int position = at[bestRecord][bestResult * rows + row];
            if (position != Taps.PADDING) {
                known[row] = true;
                dy[row] = Taps.y(position);
                dx[row] = Taps.x(position);
                left--;
            }
        }
        for (int before = rows + 1; left > 0 && left < before; ) {
            before = left;
            for (int[] positions : at) {
                for (int from = 0; from < positions.length && left > 0; from += rows) {
                    left -= extend(positions, from, known);
                }
            }
        }
        layer.require(left == 0, left + " weight rows meet only padding");
        int lowY = Arrays.stream(dy).min().orElseThrow();
        int lowX = Arrays.stream(dx).min().orElseThrow();
        for (int row = 0; row < rows; row++) {
            dy[row] -= lowY;
            dx[row] -= lowX;
        }
    }

    /** @return rows that became known by a result that meets known rows, too */
    private int extend(int[] positions, int from, boolean[] known) {
        int shared = Taps.PADDING;
        boolean useful = false;
        for (int row = 0; row < known.length; row++) {
            if (positions[from + row] != Taps.PADDING) {
                if (known[row]) {
                    shared = row;
                } else {
                    useful = true;
                }
            }
        }
        if (!useful || shared == Taps.PADDING) {
            return 0;
        }
        int found = 0;
        for (int row = 0; row < known.length; row++) {
            int position = positions[from + row];
            if (position != Taps.PADDING && !known[row]) {
                dy[row] = Taps.y(position) - (Taps.y(positions[from + shared]) - dy[shared]);
                dx[row] = Taps.x(position) - (Taps.x(positions[from + shared]) - dx[shared]);
                known[row] = true;
                found++;
            }
        }
        return found;
    }
}
