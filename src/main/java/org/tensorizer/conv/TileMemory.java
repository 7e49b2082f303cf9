package org.tensorizer.conv;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorizer.isa.Chip;

/** Room in the two memories of a tile: the lowest words that are free, rows of wide memory from the top down. */
public final class TileMemory {
    private TileMemory() {}

    /**
     * Words that are taken.
     *
     * @param base first word
     * @param words how many
     */
    public record Range(int base, int words) {
        public int end() {
            return base + words;
        }
    }

    /** The lowest range of so many words of narrow memory that touches none of the others. */
    public static Range lowest(int words, List<Range> others) {
        List<Range> sorted = new ArrayList<>(others);
        sorted.sort(Comparator.comparingInt(Range::base).thenComparingInt(Range::words));
        int at = 0;
        for (Range other : sorted) {
            if (at + words <= other.base()) {
                break;
            }
            at = Math.max(at, other.end());
        }
        return new Range(at, words);
    }

    public static Range lowest(int words, Range... others) {
        return lowest(words, List.of(others));
    }

    /**
     * @param words highest word that is used, plus 1
     * @throws DoesNotFitException if a tile has fewer
     */
    public static void require(long words, String what) {
        DoesNotFitException.require(
                4 * words <= Chip.NARROW_BYTES,
                "%s needs %d bytes of narrow memory, a tile has %d: %d too many; fewer rows, columns or channels at a time"
                        + " would fit",
                what,
                4 * words,
                Chip.NARROW_BYTES,
                4 * words - Chip.NARROW_BYTES);
    }

    /**
     * Rows of wide memory that a step works in: larger areas higher, of equal ones the later asked for higher. Source:
     * derived, equal in the compiled chains that were compared; other networks keep other buffers there.
     *
     * @param rows of each area
     * @return first row of each area
     */
    public static int[] stack(int... rows) {
        int[] first = new int[rows.length];
        int top = Chip.WIDE_ROWS;
        List<Integer> order = IntStream.range(0, rows.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingInt(area -> rows[area])
                        .thenComparingInt(area -> area)
                        .reversed())
                .toList();
        for (int area : order) {
            top -= rows[area];
            first[area] = top;
        }
        return first;
    }
}
