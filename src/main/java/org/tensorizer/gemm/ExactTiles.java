package org.tensorizer.gemm;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.gemm.DigitRows.DigitRow;

/**
 * Digit rows dealt out to the tiles of a template.
 *
 * @param tiles in the order they run; those of one range of inputs follow one another
 * @param rows of all tiles
 * @param columnTiles ranges of inputs
 */
record ExactTiles(List<Part> tiles, int rows, int columnTiles) {
    /**
     * One tile.
     *
     * @param from first input channel of W
     * @param to one past the last
     * @param rows at most as many as the template has outputs
     */
    record Part(int from, int to, List<DigitRow> rows) {}

    /** Deals out rows that were split for each range of inputs as wide as the template. */
    static ExactTiles deal(List<List<DigitRow>> columns, int inputs, DenseShape template) {
        List<Part> tiles = new ArrayList<>();
        int rows = 0;
        for (int column = 0; column < columns.size(); column++) {
            int from = column * template.inputs();
            int to = Math.min(inputs, from + template.inputs());
            List<DigitRow> all = columns.get(column);
            rows += all.size();
            for (int first = 0; first < all.size(); first += template.outputs()) {
                int end = Math.min(all.size(), first + template.outputs());
                tiles.add(new Part(from, to, List.copyOf(all.subList(first, end))));
            }
        }
        return new ExactTiles(List.copyOf(tiles), rows, columns.size());
    }

    /** Rows for each range of so many inputs. */
    static List<List<DigitRow>> split(DigitRows digits, int inputs, int width) {
        List<List<DigitRow>> columns = new ArrayList<>();
        for (int from = 0; from < inputs; from += width) {
            columns.add(digits.split(from, Math.min(inputs, from + width)));
        }
        return columns;
    }
}
