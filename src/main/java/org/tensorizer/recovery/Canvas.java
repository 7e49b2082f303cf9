package org.tensorizer.recovery;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.function.IntUnaryOperator;
import org.tensorizer.base.Sha256;

/**
 * The bytes of a payload that patches may write, and the rest, which keeps its value: header words, once recognised.
 * Free bytes are numbered 0 upward in payload order; these numbers are what the digits of a patch encode.
 *
 * <p>Immutable.
 */
final class Canvas {
    private final byte[] base;
    private final BitSet fixed;
    private final int[] free;

    /**
     * @param base values of the fixed bytes; not changed afterwards
     * @param fixed offsets that keep their value; not changed afterwards
     */
    Canvas(byte[] base, BitSet fixed) {
        this.base = base;
        this.fixed = fixed;
        this.free = new int[base.length - fixed.cardinality()];
        int next = 0;
        for (int offset = fixed.nextClearBit(0); offset < base.length; offset = fixed.nextClearBit(offset + 1)) {
            free[next++] = offset;
        }
    }

    /** Number of bytes in the payload. */
    int size() {
        return base.length;
    }

    /** Number of bytes that may be written. */
    int freeBytes() {
        return free.length;
    }

    /** Payload offset of a free byte. */
    int offset(int index) {
        return free[index];
    }

    byte[] base() {
        return base.clone();
    }

    /** A patch whose free bytes all have one value. */
    Trial flat(int value) {
        return paint(index -> value);
    }

    /** A patch whose free byte number i has the value {@code value(i)}. */
    Trial paint(IntUnaryOperator value) {
        byte[] payload = base.clone();
        for (int index = 0; index < free.length; index++) {
            payload[free[index]] = (byte) value.applyAsInt(index);
        }
        return new Trial(payload);
    }

    /** A payload to ask questions of, with an identity for the record of answers. The bytes are not changed afterwards. */
    record Trial(byte[] payload, long id) {
        Trial(byte[] payload) {
            this(payload, fingerprint(payload));
        }

        /** The first eight bytes of SHA-256. */
        static long fingerprint(byte[] bytes) {
            return ByteBuffer.wrap(Sha256.digest().digest(bytes)).getLong();
        }
    }
}
