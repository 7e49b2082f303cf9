package org.tensorizer.isa;

/** Bit fields of up to 64 bits in a little-endian array of words, bit 0 the lowest bit of word 0. */
final class Bits {
    private Bits() {}

    static long get(long[] words, int bit, int width) {
        int word = bit >>> 6;
        int shift = bit & 63;
        long value = words[word] >>> shift;
        if (shift + width > 64) {
            value |= words[word + 1] << (64 - shift);
        }
        return value & (-1L >>> (64 - width));
    }

    /** The lowest {@code width} bits of value; higher ones are ignored. */
    static void set(long[] words, int bit, int width, long value) {
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
}
