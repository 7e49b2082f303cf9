package org.tensorizer.isa;

import java.util.List;
import java.util.Locale;

/**
 * A run of bits of an instruction, and what is known about it. The constants of the family classes ({@link Op},
 * {@link RingBusProducer}, {@link MeshBus} ...) are all there are; a field works with the opcodes of its family only.
 * Immutable, thread-safe.
 */
public final class Field {
    /** What the bits are; decides how they are printed. */
    public enum Kind {
        NUMBER,
        /** Two's complement. */
        SIGNED,
        /** IEEE 754 binary32. */
        FLOAT,
        /** One bit a tile, unit or counter. */
        MASK,
        /** One of a list of named values. */
        CODE,
        /** On or off. */
        FLAG,
        /** The number of a {@link TileCounter}. */
        TILE_COUNTER,
        /** The number of a {@link ScalarCounter}. */
        SCALAR_COUNTER
    }

    private final FieldTable table;
    private final String name;
    private final int bit;
    private final int width;
    private final Kind kind;
    private final String meaning;
    private final Fact fact;
    private final List<String> names;

    Field(FieldTable table, String name, int bit, int width, Kind kind, String meaning, Fact fact, List<String> names) {
        if (bit < 0 || width < 1 || width > 64) {
            throw new IllegalArgumentException(name + ": bit " + bit + ", width " + width);
        }
        this.table = table;
        this.name = name;
        this.bit = bit;
        this.width = width;
        this.kind = kind;
        this.meaning = meaning;
        this.fact = fact;
        this.names = List.copyOf(names);
    }

    FieldTable table() {
        return table;
    }

    /** Unique within its opcode; parts of one group are separated by dots, such as {@code rows.stride1}. */
    public String name() {
        return name;
    }

    /** Lowest bit, counted from the first bit of the instruction's first bundle. */
    public int bit() {
        return bit;
    }

    /** Bits, 1 to 64. */
    public int width() {
        return width;
    }

    /** One past the highest bit. */
    public int end() {
        return bit + width;
    }

    public Kind kind() {
        return kind;
    }

    /** Units and use. */
    public String meaning() {
        return meaning;
    }

    public Fact.Confidence confidence() {
        return fact.confidence();
    }

    /** Where the knowledge comes from. */
    public String source() {
        return fact.source();
    }

    public long min() {
        return kind == Kind.SIGNED ? -1L << (width - 1) : 0;
    }

    /** Largest value; for an unsigned field of 64 bits -1, read as unsigned. */
    public long max() {
        return kind == Kind.SIGNED ? ~(-1L << (width - 1)) : -1L >>> (64 - width);
    }

    boolean fits(long value) {
        return width == 64 || (value >= min() && value <= max());
    }

    /** A value as the listing shows it: numbers decimal, masks in hex, float32 with its bits, codes and counters by name. */
    public String text(long value) {
        return switch (kind) {
            case FLOAT -> "%s(%08x)".formatted(Float.intBitsToFloat((int) value), value);
            case MASK -> "0x" + Long.toHexString(value);
            case CODE ->
                value < names.size() && !names.get((int) value).isEmpty()
                        ? names.get((int) value)
                        : "0x" + Long.toHexString(value);
            case TILE_COUNTER -> TileCounter.text((int) value);
            case SCALAR_COUNTER -> ScalarCounter.text((int) value);
            default -> Long.toString(value);
        };
    }

    /** A bit field of up to 64 bits in a little-endian array of words, bit 0 the lowest bit of word 0. */
    static long bits(long[] words, int bit, int width) {
        int word = bit >>> 6;
        int shift = bit & 63;
        long value = words[word] >>> shift;
        if (shift + width > 64) {
            value |= words[word + 1] << (64 - shift);
        }
        return value & (-1L >>> (64 - width));
    }

    /** The lowest {@code width} bits of value; higher ones are ignored. */
    static void setBits(long[] words, int bit, int width, long value) {
        int word = bit >>> 6;
        int shift = bit & 63;
        long mask = -1L >>> (64 - width);
        long bits = value & mask;
        words[word] = (words[word] & ~(mask << shift)) | (bits << shift);
        if (shift + width > 64) {
            int done = 64 - shift;
            words[word + 1] = (words[word + 1] & ~(mask >>> done)) | (bits >>> done);
        }
    }

    /** Such as {@code rows.stride1 @111 (17)}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s @%d (%d)", name, bit, width);
    }
}
