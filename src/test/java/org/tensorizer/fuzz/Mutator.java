package org.tensorizer.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.tensorizer.model.ByteRange;

/**
 * Damages a file as an attacker would: not anywhere, but where its structure stands. What a sound reading of the file
 * says is payload, instructions or constants is left alone; the rest is offsets, lengths, vtables, types and names.
 */
public final class Mutator {
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

    private final byte[] seed;
    private final int[] structure;

    /**
     * @param seed a sound file
     * @param bulk ranges that are not structure
     */
    public Mutator(byte[] seed, List<ByteRange> bulk) {
        this.seed = seed;
        boolean[] isBulk = new boolean[seed.length];
        bulk.forEach(range -> Arrays.fill(isBulk, range.start(), range.end(), true));
        int[] positions = new int[seed.length];
        int count = 0;
        for (int at = 0; at < seed.length; at++) {
            if (!isBulk[at]) {
                positions[count++] = at;
            }
        }
        this.structure = Arrays.copyOf(positions, count);
    }

    /** A damaged copy. */
    public byte[] mutate(Random random) {
        byte[] bytes = seed.clone();
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = Math.min(position(random), bytes.length - 8);
            switch (random.nextInt(10)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> words.putShort(at, (short) extreme(random));
                case 2 -> words.putInt(at, extreme(random));
                case 3 -> words.putInt(at, words.getInt(at) + random.nextInt(33) - 16);
                case 4 -> words.putShort(at, (short) (words.getShort(at) + random.nextInt(9) - 4));
                // an offset forwards, as to a table, or backwards, as to a vtable, to something that is there
                case 5 -> words.putInt(at, position(random) - at);
                case 6 -> words.putInt(at, at - position(random));
                case 7 -> words.putInt(at, words.getInt(Math.min(position(random), bytes.length - 4)));
                case 8 -> words.putLong(at, random.nextBoolean() ? Long.MIN_VALUE : random.nextLong());
                default -> copy(bytes, position(random), at, random.nextInt(64));
            }
        }
        return random.nextInt(8) == 0 ? resize(bytes, random) : bytes;
    }

    private int position(Random random) {
        return structure[random.nextInt(structure.length)];
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
        int at = position(random);
        int length = 1 + random.nextInt(16);
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 ->
                join(
                        Arrays.copyOf(bytes, at),
                        Arrays.copyOfRange(bytes, Math.min(at + length, bytes.length), bytes.length));
            case 2 ->
                join(join(Arrays.copyOf(bytes, at), new byte[length]), Arrays.copyOfRange(bytes, at, bytes.length));
            default -> join(bytes, bytes);
        };
    }

    private static byte[] join(byte[] head, byte[] tail) {
        byte[] joined = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, joined, head.length, tail.length);
        return joined;
    }
}
