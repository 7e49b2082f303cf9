package org.tensorizer.gemm;

/**
 * The digits of an int8 number in base 2 with -1, 0 and 1, of which no two neighbours differ from 0. Of all ways to write
 * a number so it has the fewest digits that are not 0: at most 4 of 8, a third on average.
 */
final class NonAdjacentForm {
    /** Digits of an int8 number: the largest, 127 = 128 - 1, needs the digit of 128. */
    static final int DIGITS = 8;

    /** By lowest digit, number of digits less 1, and the number's byte. */
    private static final int[][][] VALUES = new int[DIGITS][][];

    static {
        for (int first = 0; first < DIGITS; first++) {
            VALUES[first] = new int[DIGITS - first][256];
            for (int count = 1; count <= DIGITS - first; count++) {
                for (int value = -128; value < 128; value++) {
                    VALUES[first][count - 1][value & 0xff] = digits(value, first, count);
                }
            }
        }
    }

    private NonAdjacentForm() {}

    private static int digits(int value, int first, int count) {
        int magnitude = Math.abs(value);
        int half = magnitude >> 1;
        int plus = (magnitude + half) & ~half;
        int minus = half & ~(magnitude + half);
        int mask = (1 << count) - 1;
        int sum = (plus >> first & mask) - (minus >> first & mask);
        return value < 0 ? -sum : sum;
    }

    /**
     * Some digits of every number together, {@code sum over n of digit(first + n) * 2^n}.
     *
     * @param first lowest digit, 0 to 7
     * @param count how many digits, at least 1
     * @return by the number's byte, 0 to 255; not to be changed
     */
    static int[] table(int first, int count) {
        return VALUES[first][count - 1];
    }

    /** The same of one number. */
    static int digits(byte value, int first, int count) {
        return VALUES[first][count - 1][value & 0xff];
    }
}
