package org.tensorizer.conv;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tensorizer.isa.Chip;

/**
 * Rows of wide memory that a step works in, from the top down: larger areas higher, of equal ones the later asked for
 * higher. Source: derived, equal in the compiled chains that were compared; other networks keep other buffers there.
 */
public final class WideAreas {
    /** Rows of a tile's wide memory. */
    public static final int ROWS = Chip.WIDE_ROWS;

    private record Area(int index, int rows) {}

    private WideAreas() {}

    /**
     * @param rows of each area
     * @return first row of each area
     */
    public static int[] stack(int... rows) {
        List<Area> areas = new ArrayList<>();
        for (int i = 0; i < rows.length; i++) {
            areas.add(new Area(i, rows[i]));
        }
        areas.sort(Comparator.comparingInt(Area::rows)
                .thenComparingInt(Area::index)
                .reversed());
        int top = ROWS;
        int[] first = new int[rows.length];
        for (Area area : areas) {
            top -= area.rows();
            first[area.index()] = top;
        }
        return first;
    }

    /** Lowest of some rows. */
    public static int lowest(int... rows) {
        int lowest = ROWS;
        for (int row : rows) {
            lowest = Math.min(lowest, row);
        }
        return lowest;
    }
}
