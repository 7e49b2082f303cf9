package org.tensorizer.dense;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;

/**
 * One instruction: an opcode and its bits, up to 17 bundles or 2176 bits. Mutable, not thread-safe; {@link #copy()}
 * gives an independent one. Reading a field costs two shifts; programs that read many instructions look a
 * {@link Field} up once, by name, and keep it.
 */
public final class Instruction {
    private final Opcode opcode;
    private final long[] words;

    private Instruction(Opcode opcode, long[] words) {
        this.opcode = opcode;
        this.words = words;
    }

    /** All fields zero, the opcode set. */
    public static Instruction of(Opcode opcode) {
        long[] words = new long[opcode.bundles() * 2];
        Bits.set(words, 6, 6, opcode.code());
        return new Instruction(opcode, words);
    }

    /** The instruction with its reserved bits as the known programs have them in this use of it. */
    public static Instruction of(Variant variant) {
        Instruction instruction = of(variant.opcode());
        variant.apply(instruction.words);
        return instruction;
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
        return opcode.bundles();
    }

    /**
     * Value of a field, sign-extended if it is signed. Not checked: a field of another opcode gives meaningless bits, or
     * ends beyond a shorter instruction.
     */
    public long get(Field field) {
        long value = Bits.get(words, field.bit(), field.width());
        return field.signed() ? value << (64 - field.width()) >> (64 - field.width()) : value;
    }

    /** Value of a field that surely fits an int, such as a row, a mask or a limit. */
    public int getInt(Field field) {
        return (int) get(field);
    }

    /** Value of the field of that name.
     *
     * @throws IllegalArgumentException this opcode has no such field
     */
    public long get(String name) {
        return get(InstructionSet.field(opcode, name));
    }

    /** Any bits, unsigned, whether a field is known there or not. */
    public long bits(int bit, int width) {
        if (bit < 0 || width < 1 || width > 64 || bit + width > opcode.bits()) {
            throw new IllegalArgumentException(
                    opcode + " has bits 0.." + (opcode.bits() - 1) + ", asked for " + width + " from " + bit + " on");
        }
        return Bits.get(words, bit, width);
    }

    /**
     * Sets a field.
     *
     * @throws IllegalArgumentException the value does not fit the field
     */
    public Instruction set(Field field, long value) {
        if (!field.fits(value)) {
            throw new IllegalArgumentException(
                    opcode + " " + field + ": " + value + " is not in " + field.min() + ".." + field.max());
        }
        Bits.set(words, field.bit(), field.width(), value);
        return this;
    }

    /**
     * Sets the field of that name.
     *
     * @throws IllegalArgumentException this opcode has no such field, or the value does not fit it
     */
    public Instruction set(String name, long value) {
        return set(InstructionSet.field(opcode, name), value);
    }

    /** Tile mask of a tile instruction, of POP and of SYNC; 0 for the others. */
    public int tiles() {
        return InstructionSet.findField(opcode, "tiles").map(this::getInt).orElse(0);
    }

    /** Bits outside every named field: reserved ones, and those no table lists. */
    long[] unnamed() {
        return without(InstructionSet.table(opcode).named());
    }

    /** Bits outside every field, named or reserved. */
    long[] unlisted() {
        return without(InstructionSet.table(opcode).listed());
    }

    private long[] without(long[] mask) {
        long[] rest = new long[words.length];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = words[i] & ~mask[i];
        }
        return rest;
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

    /** The opcode and every field that is not zero. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(opcode.name().toLowerCase(Locale.ROOT));
        for (Field field : InstructionSet.fields(opcode)) {
            if (get(field) != 0) {
                text.append(' ').append(field.name()).append('=').append(get(field));
            }
        }
        return text.toString();
    }
}
