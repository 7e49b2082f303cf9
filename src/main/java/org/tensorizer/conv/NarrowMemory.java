package org.tensorizer.conv;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tensorizer.isa.Chip;

/** Finds room in narrow memory: the lowest address where nothing of the same time lies. */
public final class NarrowMemory {
    /** Narrow memory of a tile. */
    public static final int BYTES = Chip.NARROW_BYTES;

    private NarrowMemory() {}

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

    /** The lowest range of so many words that touches none of the others. */
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
                4 * words <= BYTES,
                "%s needs %d bytes of narrow memory, a tile has %d: %d too many; fewer rows, columns or channels at a time"
                        + " would fit",
                what,
                4 * words,
                BYTES,
                4 * words - BYTES);
    }
}
