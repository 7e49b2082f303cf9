package org.tensorizer.patch;

import java.nio.ByteBuffer;
import java.util.BitSet;
import org.tensorizer.base.ByteRange;

/** Compares two models of the same size byte for byte. */
public final class Unchanged {
    /** What a {@link BitSet} answers if no bit is left. */
    private static final int NONE = -1;

    private Unchanged() {}

    /**
     * Compares every byte that must not differ.
     *
     * @return how many bytes were compared
     * @throws IllegalStateException one of them differs
     */
    public static int outside(BitSet mayDiffer, ByteBuffer before, ByteBuffer after) {
        if (before.limit() != after.limit()) {
            throw new IllegalStateException("model of " + before.limit() + " bytes has " + after.limit() + " now");
        }
        int compared = 0;
        int start = mayDiffer.nextClearBit(0);
        while (start < before.limit()) {
            int next = mayDiffer.nextSetBit(start);
            int end = next == NONE ? before.limit() : next;
            int mismatch = before.slice(start, end - start).mismatch(after.slice(start, end - start));
            if (mismatch >= 0) {
                throw new IllegalStateException(
                        "byte " + (start + mismatch) + " differs and is outside of all that was to be patched");
            }
            compared += end - start;
            start = mayDiffer.nextClearBit(end);
        }
        return compared;
    }

    /** Bytes of a range that differ. */
    public static int differing(ByteRange range, ByteBuffer before, ByteBuffer after) {
        int count = 0;
        for (int offset = range.start(); offset < range.end(); offset++) {
            if (before.get(offset) != after.get(offset)) {
                count++;
            }
        }
        return count;
    }
}
