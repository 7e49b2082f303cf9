package org.tensorizer.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.tensorizer.base.ByteRange;

/**
 * Damages a file as an attacker would: not anywhere, but where its structure stands. What a sound reading of the file
 * says is payload, instructions or constants is left alone; the rest is offsets, lengths, vtables, types and names.
 */
public final class Mutator implements Fuzz.Damage {
    private static final int LARGEST = 4 << 20;
    private static final int[] EXTREMES = {
        0,
        1,
        2,
        3,
        4,
        5,
        7,
        8,
        0x7f,
        0x80,
        0xff,
        0x100,
        0x7fff,
        0x8000,
        0xffff,
        0x10000,
        0x7fff_ffff,
        0x8000_0000,
        -1,
        -2,
        -4,
        -8
    };

    private final int[] structure;

    private Mutator(int[] structure) {
        this.structure = structure;
    }

    /**
     * Damage to all of a file but some parts.
     *
     * @param bulk ranges that are not structure
     */
    public static Mutator sparing(byte[] sound, List<ByteRange> bulk) {
        return within(new ByteRange(0, sound.length), bulk);
    }

    /** Damage to one part of a file, but for the bulk in it. */
    public static Mutator within(ByteRange part, List<ByteRange> bulk) {
        BitSet structure = new BitSet();
        structure.set(part.start(), part.end());
        bulk.forEach(range -> structure.clear(range.start(), range.end()));
        return new Mutator(structure.stream().toArray());
    }

    @Override
    public byte[] of(byte[] from, Random random) {
        if (from.length < 8) {
            return join(from, new byte[8]);
        }
        byte[] bytes = from.clone();
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = Math.min(position(bytes, random), bytes.length - 8);
            switch (random.nextInt(10)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> words.putShort(at, (short) extreme(random));
                case 2 -> words.putInt(at, extreme(random));
                case 3 -> words.putInt(at, words.getInt(at) + random.nextInt(33) - 16);
                case 4 -> words.putShort(at, (short) (words.getShort(at) + random.nextInt(9) - 4));
                // an offset forwards, as to a table, or backwards, as to a vtable, to something that is there
                case 5 -> words.putInt(at, position(bytes, random) - at);
                case 6 -> words.putInt(at, at - position(bytes, random));
                case 7 -> words.putInt(at, words.getInt(Math.min(position(bytes, random), bytes.length - 4)));
                case 8 -> words.putLong(at, random.nextBoolean() ? Long.MIN_VALUE : random.nextLong());
                default -> copy(bytes, position(bytes, random), at, random.nextInt(64));
            }
        }
        return random.nextInt(8) == 0 ? resize(bytes, random) : bytes;
    }

    private int position(byte[] bytes, Random random) {
        return Math.min(structure[random.nextInt(structure.length)], bytes.length - 1);
    }

    private static int extreme(Random random) {
        return EXTREMES[random.nextInt(EXTREMES.length)];
    }

    private static void copy(byte[] bytes, int from, int to, int length) {
        int fitting = Math.min(length, bytes.length - Math.max(from, to));
        System.arraycopy(bytes, from, bytes, to, fitting);
    }

    /** Cuts the end off, takes bytes out, puts bytes in, or appends the file to itself. */
    private byte[] resize(byte[] bytes, Random random) {
        int at = position(bytes, random);
        int length = 1 + random.nextInt(16);
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 ->
                join(
                        Arrays.copyOf(bytes, at),
                        Arrays.copyOfRange(bytes, Math.min(at + length, bytes.length), bytes.length));
            case 2 ->
                join(join(Arrays.copyOf(bytes, at), new byte[length]), Arrays.copyOfRange(bytes, at, bytes.length));
            default -> bytes.length > LARGEST / 2 ? bytes : join(bytes, bytes);
        };
    }

    private static byte[] join(byte[] head, byte[] tail) {
        byte[] joined = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, joined, head.length, tail.length);
        return joined;
    }
}
