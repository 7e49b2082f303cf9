package org.tensorizer.patch;

import java.nio.file.Path;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;

/**
 * What is written to a region.
 *
 * <p>A {@link BytePattern} gives the payload's bytes as they are stored and fits every region. A {@link MatrixPattern}
 * gives weights W[out][ky][kx][in] and fits the regions that hold weights alone: all weights, a row, a column, a tap of the kernel,
 * a cell; of the matrix it writes the part that lies in the region.
 *
 * <p>Each prints as the text that stands for it in records. Immutable.
 */
public sealed interface Pattern permits BytePattern, MatrixPattern {
    /** Stored bytes 0, which is weight -128. For weights of zero see {@link #constant}. */
    static BytePattern zero() {
        return new BytePattern.Zero();
    }

    /**
     * The same stored byte everywhere.
     *
     * @param value 0 to 255
     * @throws BadInputException it is not
     */
    static BytePattern byteValue(int value) {
        return new BytePattern.Fill(value);
    }

    /** Byte n of the region becomes n % 256. */
    static BytePattern ramp() {
        return new BytePattern.Ramp();
    }

    /**
     * Each byte exclusive-or a mask; 255 turns weight w into -1 - w.
     *
     * @param mask 0 to 255
     * @throws BadInputException it is not
     */
    static BytePattern xor(int mask) {
        return new BytePattern.Xor(mask);
    }

    /** The bytes that {@code new java.util.Random(seed).nextBytes} gives, in the order of the region. */
    static BytePattern random(long seed) {
        return new BytePattern.RandomBytes(seed);
    }

    /**
     * These bytes, in the order of the region.
     *
     * @param bytes as many as the region has, copied
     */
    static BytePattern bytes(byte[] bytes) {
        return new BytePattern.Given("bytes", bytes);
    }

    /**
     * The bytes of a file, in the order of the region.
     *
     * @throws org.tensorizer.base.BadInputException the file cannot be read
     */
    static BytePattern file(Path file) {
        return new BytePattern.Given("file:" + file.getFileName(), InputFile.read(file));
    }

    /** W[i][i] = 127, else 0: output i shows input i. In a larger kernel under its middle tap: the image stays in place. */
    static MatrixPattern identity() {
        return new MatrixPattern.Identity(-1, -1);
    }

    /**
     * The same under another tap: output i shows input i of a pixel beside, the image is moved.
     *
     * @param ky row of the kernel
     * @param kx column of the kernel
     * @throws BadInputException when used: the kernel has no such tap
     */
    static MatrixPattern identity(int ky, int kx) {
        return new MatrixPattern.Identity(ky, kx);
    }

    /** W[i][i] = i % 256 - 128, else 0: a ramp of all weights along the diagonal. */
    static MatrixPattern diagonal() {
        return new MatrixPattern.Diagonal();
    }

    /**
     * W[out][(out + by) % inputs] = 127, else 0: with 1 output i shows input i + 1, the last one shows input 0.
     *
     * @param by 1 or -1, others work too
     */
    static MatrixPattern shift(int by) {
        return new MatrixPattern.Shift(by);
    }

    /**
     * W[out][p(out)] = 127, else 0, p being a random order of the inputs: {@code Collections.shuffle} of 0, 1, ... by
     * {@code new java.util.Random(seed)}. Where there are more outputs than inputs, p starts over.
     */
    static MatrixPattern permutation(long seed) {
        return new MatrixPattern.Permutation(seed);
    }

    /**
     * One weight, all others 0.
     *
     * @param out output channel
     * @param in input channel
     * @param value -128 to 127
     * @throws BadInputException it is not
     */
    static MatrixPattern singleHot(int out, int in, int value) {
        return new MatrixPattern.SingleHot(out, -1, -1, in, value);
    }

    /** The same in a kernel of any size: W[out][ky][kx][in]. */
    static MatrixPattern singleHot(int out, int ky, int kx, int in, int value) {
        return new MatrixPattern.SingleHot(out, ky, kx, in, value);
    }

    /**
     * The same weight everywhere.
     *
     * @param value -128 to 127
     * @throws BadInputException it is not
     */
    static MatrixPattern constant(int value) {
        return new MatrixPattern.Constant(value);
    }

    /**
     * A whole matrix.
     *
     * @param weights W[out][ky][kx][in] of int8, row-major, copied
     */
    static MatrixPattern matrix(byte[] weights) {
        return new MatrixPattern.Given(weights);
    }

    /** Where this pattern goes if nobody says: the whole payload, or all weights if it is a matrix. */
    Region defaultRegion();
}
