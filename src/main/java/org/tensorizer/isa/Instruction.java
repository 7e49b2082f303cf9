package org.tensorizer.isa;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One instruction: an opcode and its bits, up to 17 bundles or 2176 bits. Mutable, not thread-safe; {@link #copy()}
 * gives an independent one. Reading a field costs two shifts.
 */
public final class Instruction {
    private final Opcode opcode;
    private final FieldTable table;
    private final long[] words;

    private Instruction(Opcode opcode, long[] words) {
        this.opcode = opcode;
        this.table = opcode.table();
        this.words = words;
    }

    /** All fields zero, the opcode set. */
    public static Instruction of(Opcode opcode) {
        long[] words = new long[opcode.bundles() * 2];
        Field.setBits(words, Opcode.BIT, Opcode.WIDTH, opcode.code());
        return new Instruction(opcode, words);
    }

    /**
     * Copies the instruction that starts at an offset of a buffer.
     *
     * @param bytes at least {@code opcode.bytes()} bytes from {@code at} on; position, limit and byte order are left alone
     * @param at absolute offset of the first bundle
     */
    static Instruction read(Opcode opcode, ByteBuffer bytes, int at) {
        long[] words = new long[opcode.bundles() * 2];
        boolean little = bytes.order() == ByteOrder.LITTLE_ENDIAN;
        for (int i = 0; i < words.length; i++) {
            long word = bytes.getLong(at + 8 * i);
            words[i] = little ? word : Long.reverseBytes(word);
        }
        return new Instruction(opcode, words);
    }

    void write(byte[] bytes, int at) {
        for (int i = 0; i < words.length; i++) {
            long word = words[i];
            for (int b = 0; b < 8; b++) {
                bytes[at + 8 * i + b] = (byte) (word >>> (8 * b));
            }
        }
    }

    public Opcode opcode() {
        return opcode;
    }

    public int bundles() {
        return words.length / 2;
    }

    private void check(Field field) {
        if (field.table() != table && !table.has(field)) {
            throw new IllegalArgumentException(opcode + " has no field " + field);
        }
    }

    /**
     * Value of a field, sign-extended if it is signed; the bits of a float.
     *
     * @throws IllegalArgumentException the field belongs to another family
     */
    public long get(Field field) {
        check(field);
        long value = Field.bits(words, field.bit(), field.width());
        return field.kind() == Field.Kind.SIGNED ? value << (64 - field.width()) >> (64 - field.width()) : value;
    }

    /** Value of a field that surely fits an int; 32 bits wide ones as their bits. */
    public int getInt(Field field) {
        return (int) get(field);
    }

    /** Value of a float32. */
    public float getFloat(Field field) {
        return Float.intBitsToFloat(getInt(field));
    }

    /** Whether a field is not zero. */
    public boolean isSet(Field field) {
        return get(field) != 0;
    }

    /** Any bits, unsigned, whether a field is known there or not. */
    long bits(int bit, int width) {
        if (bit < 0 || width < 1 || width > 64 || bit + width > opcode.bits()) {
            throw new IllegalArgumentException(
                    opcode + " has bits 0.." + (opcode.bits() - 1) + ", asked for " + width + " from " + bit + " on");
        }
        return Field.bits(words, bit, width);
    }

    /**
     * Sets a field.
     *
     * @throws IllegalArgumentException the field belongs to another family, or the value does not fit it
     */
    public Instruction set(Field field, long value) {
        check(field);
        if (!field.fits(value)) {
            throw new IllegalArgumentException(
                    opcode + " " + field + ": " + value + " is not in " + field.min() + ".." + field.max());
        }
        Field.setBits(words, field.bit(), field.width(), value);
        return this;
    }

    /** Sets a float32. */
    public Instruction setFloat(Field field, float value) {
        return set(field, Float.floatToRawIntBits(value) & 0xffffffffL);
    }

    /** Switches a flag on. */
    public Instruction set(Field flag) {
        return set(flag, 1);
    }

    /** Tile mask of a tile instruction, of POP and of SCALAR_FENCE; 0 for the others. */
    public int tiles() {
        return switch (opcode) {
            case TILE_FENCE -> getInt(TileFence.TILES);
            case POP -> getInt(Pop.TILES);
            case SCALAR_FENCE -> getInt(ScalarFence.TILES);
            default -> opcode.isTileOp() ? getInt(TileInstruction.TILES) : 0;
        };
    }

    /** The field of the sequence number of a tile instruction. */
    Field sequence() {
        return opcode == Opcode.TILE_FENCE ? TileFence.SEQUENCE : TileInstruction.SEQUENCE;
    }

    /** Sets the number of a tile instruction; what does not fit the field is dropped. */
    public void number(long sequence) {
        set(sequence(), sequence & sequence().max());
    }

    /** Bits outside every field, by word. */
    long[] undecoded() {
        long[] rest = new long[words.length];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = words[i] & ~table.covered()[i];
        }
        return rest;
    }

    /** Bits that are set and that no field covers, as positions in the instruction. */
    public List<Integer> undecodedBits() {
        long[] rest = undecoded();
        List<Integer> bits = new ArrayList<>();
        for (int word = 0; word < rest.length; word++) {
            for (long left = rest[word]; left != 0; left &= left - 1) {
                bits.add(64 * word + Long.numberOfTrailingZeros(left));
            }
        }
        return bits;
    }

    /** What nobody can know the meaning of: bits that no field covers, or a wait for a counter that does not exist. */
    public Optional<String> unknown() {
        List<Integer> bits = undecodedBits();
        if (!bits.isEmpty()) {
            return Optional.of("undecoded bits " + bits);
        }
        return table.groups().stream()
                .filter(Waits.class::isInstance)
                .flatMap(waits -> ((Waits) waits).unknown(this).stream())
                .findFirst();
    }

    public Instruction copy() {
        return new Instruction(opcode, words.clone());
    }

    public byte[] toBytes() {
        byte[] bytes = new byte[opcode.bytes()];
        write(bytes, 0);
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Instruction that && opcode == that.opcode && Arrays.equals(words, that.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }

    /** The opcode and everything it holds, as the listing shows it. */
    @Override
    public String toString() {
        return opcode.unit() + Disassembler.fields(this);
    }
}
