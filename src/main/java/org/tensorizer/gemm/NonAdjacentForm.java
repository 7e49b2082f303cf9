package org.tensorizer.gemm;

/**
 * The digits of an int8 number in base 2 with -1, 0 and 1, of which no two neighbours differ from 0. Of all ways to write
 * a number so it has the fewest digits that are not 0: at most 4 of 8, a third on average.
 */
final class NonAdjacentForm {
    /** Digits of an int8 number: the largest, 127 = 128 - 1, needs the digit of 128. */
    static final int DIGITS = 8;

    private static final byte[][] DIGIT = new byte[256][DIGITS];

    static {
        for (int value = -128; value < 128; value++) {
            int magnitude = Math.abs(value);
            int plus = (magnitude + (magnitude >> 1)) & ~(magnitude >> 1);
            int minus = (magnitude >> 1) & ~(magnitude + (magnitude >> 1));
            for (int n = 0; n < DIGITS; n++) {
                int digit = (plus >> n & 1) - (minus >> n & 1);
                DIGIT[value & 0xff][n] = (byte) (value < 0 ? -digit : digit);
            }
        }
    }

    private NonAdjacentForm() {}

    /**
     * Some digits of a number together: {@code sum over n of digit(first + n) * 2^n}.
     *
     * @param first lowest digit, 0 to 7
     * @param count how many digits, at least 1
     */
    static int digits(byte value, int first, int count) {
        byte[] digits = DIGIT[value & 0xff];
        int sum = 0;
        for (int n = count - 1; n >= 0; n--) {
            sum = 2 * sum + digits[first + n];
        }
        return sum;
    }
}
