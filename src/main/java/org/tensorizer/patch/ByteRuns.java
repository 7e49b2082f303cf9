package org.tensorizer.patch;

import java.util.Arrays;
import java.util.BitSet;

/** A set of payload offsets as runs in ascending order; runs that touch are one. */
final class ByteRuns {
    /** Start and end of one run after the other. */
    private int[] bounds = new int[2];

    private int used;

    static ByteRuns of(int start, int end) {
        ByteRuns runs = new ByteRuns();
        runs.add(start, end);
        return runs;
    }

    /** Adds bytes {@code start} to {@code end - 1}, which lie behind all that were added before. */
    void add(int start, int end) {
        if (used > 0 && bounds[used - 1] == start) {
            bounds[used - 1] = end;
            return;
        }
        if (used == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * used);
        }
        bounds[used++] = start;
        bounds[used++] = end;
    }

    /** Bytes in all runs. */
    int size() {
        int size = 0;
        for (int i = 0; i < used; i += 2) {
            size += bounds[i + 1] - bounds[i];
        }
        return size;
    }

    /** The bytes, in ascending order of their offsets, of a payload that starts at an index of an array. */
    byte[] gather(byte[] array, int at) {
        byte[] bytes = new byte[size()];
        int to = 0;
        for (int i = 0; i < used; i += 2) {
            int length = bounds[i + 1] - bounds[i];
            System.arraycopy(array, at + bounds[i], bytes, to, length);
            to += length;
        }
        return bytes;
    }

    /** The reverse of {@link #gather}. */
    void scatter(byte[] bytes, byte[] array, int at) {
        int from = 0;
        for (int i = 0; i < used; i += 2) {
            int length = bounds[i + 1] - bounds[i];
            System.arraycopy(bytes, from, array, at + bounds[i], length);
            from += length;
        }
    }

    /** Sets the bits of the bytes, in a file in which the payload starts at a byte. */
    void mark(BitSet file, int at) {
        for (int i = 0; i < used; i += 2) {
            file.set(at + bounds[i], at + bounds[i + 1]);
        }
    }
}
