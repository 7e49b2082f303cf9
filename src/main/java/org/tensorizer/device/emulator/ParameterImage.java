package org.tensorizer.device.emulator;

import java.util.Arrays;
import java.util.List;

/**
 * Wide memory after a PARAMETER_CACHING stream: which payload bytes lie in which row of which tile. Immutable.
 */
final class ParameterImage {
    private static final int NONE = -1;

    private final int[][] offsets;
    private final int[][] bytes;

    private ParameterImage(int[][] offsets, int[][] bytes) {
        this.offsets = offsets;
        this.bytes = bytes;
    }

    static ParameterImage of(String stream, List<Tile> tiles) {
        ParameterImage image = new ParameterImage(
                new int[ChipParameters.TILES][ChipParameters.WIDE_ROWS],
                new int[ChipParameters.TILES][ChipParameters.WIDE_ROWS]);
        for (Tile tile : tiles) {
            Arrays.fill(image.offsets[tile.index], NONE);
            for (int row = 0; row < ChipParameters.WIDE_ROWS; row++) {
                WideRow content = tile.wide[row];
                if (content instanceof WideRow.Parameters parameters) {
                    image.offsets[tile.index][row] = parameters.offset();
                    image.bytes[tile.index][row] = parameters.bytes();
                } else if (content != null) {
                    throw new UnsupportedProgramException(
                            stream + ": leaves activations in row " + row + " of tile " + tile.index);
                }
            }
        }
        return image;
    }

    /**
     * Offset in the payload of a row of parameters.
     *
     * @param needed bytes of the row that are used
     * @throws UnsupportedProgramException nobody wrote them
     */
    int offset(Encoded at, String what, int tile, int row, int needed) {
        at.require(
                offsets[tile][row] != NONE && bytes[tile][row] >= needed,
                "%s row %d of tile %d: expected %d bytes of parameters, found %d",
                what,
                row,
                tile,
                needed,
                bytes[tile][row]);
        return offsets[tile][row];
    }

    /**
     * What wide memory holds when a second stream has run after this one: rows it did not write stay.
     *
     * @param shift added to the second stream's offsets
     */
    ParameterImage overwrittenBy(ParameterImage second, int shift) {
        int[][] newOffsets = new int[ChipParameters.TILES][];
        int[][] newBytes = new int[ChipParameters.TILES][];
        for (int t = 0; t < ChipParameters.TILES; t++) {
            newOffsets[t] = offsets[t].clone();
            newBytes[t] = bytes[t].clone();
            for (int row = 0; row < ChipParameters.WIDE_ROWS; row++) {
                if (second.offsets[t][row] != NONE) {
                    newOffsets[t][row] = second.offsets[t][row] + shift;
                    newBytes[t][row] = second.bytes[t][row];
                }
            }
        }
        return new ParameterImage(newOffsets, newBytes);
    }

    /** Whether this stream writes every row the other one wrote, so that nothing of the other is left. */
    boolean covers(ParameterImage other) {
        if (this == other) {
            return true;
        }
        for (int t = 0; t < ChipParameters.TILES; t++) {
            for (int row = 0; row < ChipParameters.WIDE_ROWS; row++) {
                if (other.bytes[t][row] > bytes[t][row]) {
                    return false;
                }
            }
        }
        return true;
    }
}
