package org.tensorizer.dense;

import org.tensorizer.isa.Chip;

/**
 * Where the rows of a tile's wide memory are used. A row is 256 bytes: 64 lanes of 4 inputs, or 64 words of activations.
 *
 * <p>Source: row and lane are firm; the number of rows is likely: the rows of the input end there in every known
 * program, and the largest Dense that the compiler keeps on the chip fits exactly below them.
 */
final class WideMemory {
    /** Row where a tile leaves its slice before it goes on the ring. */
    static final int GATHER_OUT = 2074;

    /** Row where packets from the ring arrive, and where outputs wait for the outfeed. */
    static final int RING = 2078;

    private WideMemory() {}

    /** Rows that hold that many activations. */
    static int rows(int channels) {
        return DenseShape.ceilDiv(channels, Chip.ROW_BYTES);
    }

    /** First row of the input: it is received at the end of the memory, twice its size from there. */
    static int inputRow(int inputs) {
        return Chip.WIDE_ROWS - 2 * rows(inputs);
    }

    /** Rows below everything that activations use, when the input of the program has that many channels. */
    static int parameterRows(int inputs) {
        return Math.min(inputRow(inputs), GATHER_OUT);
    }
}
