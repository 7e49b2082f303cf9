package org.tensorizer.device.emulator;

import java.util.Arrays;
import org.tensorizer.isa.Chip;

/**
 * Which parameters the rows of wide memory hold between programs: offset and length in the bytes that were sent. Immutable,
 * thread-safe.
 */
public final class ParameterImage {
    /** A chip that was just switched on. */
    public static final ParameterImage EMPTY = new ParameterImage(new int[0], new short[0]);

    private final int[] offsets;
    private final short[] lengths;
    private final int hash;

    private ParameterImage(int[] offsets, short[] lengths) {
        this.offsets = offsets;
        this.lengths = lengths;
        hash = 31 * Arrays.hashCode(offsets) + Arrays.hashCode(lengths);
    }

    /** Rows with parameters of a program, at the program's end. */
    static ParameterImage of(Tile[] tiles) {
        int[] offsets = new int[Chip.TILES * Chip.WIDE_ROWS];
        short[] lengths = new short[offsets.length];
        for (Tile tile : tiles) {
            for (int row = 0; row < Chip.WIDE_ROWS; row++) {
                RowBytes bytes = tile.rowOrNull(row);
                if (bytes != null && bytes.source() == RowBytes.Source.PARAMETERS) {
                    offsets[tile.number * Chip.WIDE_ROWS + row] = bytes.offset();
                    lengths[tile.number * Chip.WIDE_ROWS + row] = (short) bytes.length();
                }
            }
        }
        return new ParameterImage(offsets, lengths);
    }

    boolean isEmpty() {
        return this == EMPTY;
    }

    /** What a row holds, null if it holds no parameters. */
    RowBytes row(int tile, int row) {
        if (isEmpty()) {
            return null;
        }
        int at = tile * Chip.WIDE_ROWS + row;
        return lengths[at] == 0 ? null : RowBytes.of(RowBytes.Source.CACHED, offsets[at], lengths[at]);
    }

    /** Whether all rows of another image are overwritten by this one. */
    boolean covers(ParameterImage that) {
        for (int at = 0; at < that.lengths.length; at++) {
            if (that.lengths[at] > 0 && (isEmpty() || lengths[at] == 0)) {
                return false;
            }
        }
        return true;
    }

    /** This image after another was written over it, whose bytes begin at {@code origin} of a common array. */
    ParameterImage overwrittenBy(ParameterImage that, int origin) {
        if (isEmpty()) {
            return that;
        }
        int[] bothOffsets = offsets.clone();
        short[] bothLengths = lengths.clone();
        for (int at = 0; at < that.lengths.length; at++) {
            if (that.lengths[at] > 0) {
                bothOffsets[at] = origin + that.offsets[at];
                bothLengths[at] = that.lengths[at];
            }
        }
        return new ParameterImage(bothOffsets, bothLengths);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof ParameterImage that
                        && Arrays.equals(offsets, that.offsets)
                        && Arrays.equals(lengths, that.lengths);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
