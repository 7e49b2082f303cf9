package org.tensorizer.dense;

/**
 * A run of bits of an instruction and what is known about it.
 *
 * @param name unique within its opcode; parts are separated by dots, so that {@code rows.stride1} belongs to the walk
 *     {@code rows}. {@code reserved.NNN} are bits of unknown meaning from bit NNN on
 * @param bit lowest bit, counted from the first bit of the instruction's first bundle
 * @param width bits, 1 to 64
 * @param signed two's complement
 * @param meaning units and use
 * @param confidence how far position and meaning can be trusted
 * @param source where the fact comes from
 */
public record Field(
        String name, int bit, int width, boolean signed, String meaning, Confidence confidence, String source) {
    public Field {
        if (bit < 0 || width < 1 || width > 64) {
            throw new IllegalArgumentException(name + ": bit " + bit + ", width " + width);
        }
    }

    /** One past the highest bit. */
    public int end() {
        return bit + width;
    }

    /** Bits whose meaning nobody knows. A program may only hold values seen in a known program, see {@link Variant}. */
    public boolean reserved() {
        return confidence == Confidence.UNKNOWN;
    }

    public long min() {
        return signed ? -1L << (width - 1) : 0;
    }

    /** Largest value; for an unsigned field of 64 bits -1, read as unsigned. */
    public long max() {
        return signed ? ~(-1L << (width - 1)) : -1L >>> (64 - width);
    }

    boolean fits(long value) {
        return width == 64 || (value >= min() && value <= max());
    }

    /** Such as {@code rows.stride1 @111 (17)}. */
    @Override
    public String toString() {
        return name + " @" + bit + " (" + width + ")";
    }
}
