package org.tensorizer.gemm;

/**
 * A row of the matrix that the chip multiplies instead of W: some digits of some weights of one output channel, chosen so
 * that every sum it can give is answered exactly.
 *
 * @param out output channel of W
 * @param digit lowest digit; the sum counts 2^digit
 * @param digits how many digits together
 * @param from first input channel of W
 * @param to one past the last; all other weights of the row are 0
 * @param bias added to the sum by the chip, to be subtracted again
 */
record DigitRow(int out, int digit, int digits, int from, int to, int bias) {
    int weight(byte w) {
        return NonAdjacentForm.digits(w, digit, digits);
    }
}
