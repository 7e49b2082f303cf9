package org.tensorizer.dense;

import org.tensorizer.base.BadInputException;
import org.tensorizer.isa.Chip;

/**
 * How channels are spread over the 16 tiles: k groups of 64 a tile, as few as possible, so T tiles; the last may hold
 * fewer channels. Inputs and outputs of a layer are partitioned independently.
 *
 * <p>Source: derived from compiled models; T_in and T_out of rectangular layers inside real networks agree.
 *
 * @param channels input or output channels
 * @param groupsPerTile k
 * @param tiles T, 1 to 16
 */
public record Partition(int channels, int groupsPerTile, int tiles) {
    /** The partition of a number of channels, at least 1. */
    public static Partition of(int channels) {
        if (channels < 1) {
            throw new BadInputException(channels + " channels, expected at least 1");
        }
        int groups = DenseShape.ceilDiv(channels, DenseShape.GROUP);
        int groupsPerTile = DenseShape.ceilDiv(groups, Chip.TILES);
        return new Partition(channels, groupsPerTile, DenseShape.ceilDiv(groups, groupsPerTile));
    }

    /** Channels of every tile but possibly the last. */
    public int tileChannels() {
        return DenseShape.GROUP * groupsPerTile;
    }

    /** Channels of a tile. */
    public int channels(int tile) {
        return Math.min(tileChannels(), channels - tileChannels() * tile);
    }

    /** Whether the last of several tiles holds fewer channels than the others. */
    public boolean hasShortLastTile() {
        return tiles > 1 && channels(tiles - 1) != tileChannels();
    }

    /** One bit for each tile that takes part. */
    public int mask() {
        return (1 << tiles) - 1;
    }

    /** Rows of the tile grid that take part. */
    public int gridRows() {
        return DenseShape.ceilDiv(tiles, Chip.GRID);
    }

    /** Rows of wide memory that hold as many activations as there are channels: 64 words of four in each. */
    int rows() {
        return DenseShape.ceilDiv(channels, Chip.ROW_BYTES);
    }

    /** First row of the input of a program: it is received at the end of wide memory, twice its size from there. */
    int inputRow() {
        return Chip.WIDE_ROWS - 2 * rows();
    }

    /**
     * Rows below everything that activations use, when the input of the program is this. Source: likely; the rows of the
     * input end at the end of the memory in every known program, and the largest Dense that the compiler keeps on the chip
     * fits exactly below them.
     */
    int parameterRows() {
        return Math.min(inputRow(), Gather.OUT_ROW);
    }

    /** First word of the tiles' slices of the input in narrow memory: behind the whole input and 512 bytes. */
    int sliceWord() {
        return (Chip.ROW_BYTES * rows() + 512) / Chip.WORD_BYTES;
    }
}
