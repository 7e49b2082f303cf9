package org.tensorizer.device.emulator;

import java.util.Arrays;
import org.tensorizer.isa.Chip;

/**
 * Addresses of all elements of a walk, and where they follow each other: words of a run are copied at once.
 *
 * @param addresses in the order of the elements
 * @param breaks elements whose address is not the one after that of the element before, in rising order; null if they are
 *     so many that runs are not worth while
 */
record LaidWalk(int[] addresses, int[] breaks) {
    /** Elements of a run, on the average, from which on runs are kept. */
    private static final int WORTH = 4;

    static LaidWalk of(int[] addresses) {
        int count = 0;
        for (int k = 1; k < addresses.length; k++) {
            count += addresses[k] == addresses[k - 1] + 1 ? 0 : 1;
        }
        if (count * WORTH > addresses.length) {
            return new LaidWalk(addresses, null);
        }
        int[] breaks = new int[count];
        count = 0;
        for (int k = 1; k < addresses.length; k++) {
            if (addresses[k] != addresses[k - 1] + 1) {
                breaks[count++] = k;
            }
        }
        return new LaidWalk(addresses, breaks);
    }

    /**
     * Copies words that stand side by side to the addresses of a walk of words.
     *
     * @param from first element
     * @param to element after the last
     * @param at byte of the first word in the row
     */
    void scatter(int from, int to, byte[] row, int at, byte[] memory) {
        if (breaks == null) {
            for (int k = from, there = at; k < to; k++, there += Chip.WORD_BYTES) {
                Words.put(memory, Chip.WORD_BYTES * addresses[k], Words.get(row, there));
            }
            return;
        }
        int next = breakAfter(from);
        for (int k = from, there = at; k < to; ) {
            int end = next < breaks.length ? Math.min(to, breaks[next++]) : to;
            int bytes = Chip.WORD_BYTES * (end - k);
            System.arraycopy(row, there, memory, Chip.WORD_BYTES * addresses[k], bytes);
            there += bytes;
            k = end;
        }
    }

    /** Copies the words at the addresses of a walk of words side by side; parameters as those of {@link #scatter}. */
    void gather(int from, int to, byte[] memory, byte[] row, int at) {
        if (breaks == null) {
            for (int k = from, there = at; k < to; k++, there += Chip.WORD_BYTES) {
                Words.put(row, there, Words.get(memory, Chip.WORD_BYTES * addresses[k]));
            }
            return;
        }
        int next = breakAfter(from);
        for (int k = from, there = at; k < to; ) {
            int end = next < breaks.length ? Math.min(to, breaks[next++]) : to;
            int bytes = Chip.WORD_BYTES * (end - k);
            System.arraycopy(memory, Chip.WORD_BYTES * addresses[k], row, there, bytes);
            there += bytes;
            k = end;
        }
    }

    /** Index of the first break behind an element. */
    private int breakAfter(int element) {
        int at = breaks.length == 0 ? 0 : Arrays.binarySearch(breaks, element + 1);
        return at >= 0 ? at : -at - 1;
    }
}
