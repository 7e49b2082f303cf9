package org.tensorizer.model;

import java.util.List;

/**
 * How the bytes that the tiles send map to a tensor [y][x][z]. The runtime looks at it for outputs with y or x above 1
 * only.
 *
 * @param yToTile for each y, id of the first tile of the row of tiles that holds it
 * @param xToTile for each x, position of its tile in that row
 * @param tileByteOffset for each tile, where its bytes start in the output
 * @param xToByteOffset for each x, byte offset in its tile's row
 * @param yToLocalY for each y, row in its tile
 * @param xToRowSize for each x, bytes of a row of its tile
 */
public record OutputLayout(
        List<Integer> yToTile,
        List<Integer> xToTile,
        List<Integer> tileByteOffset,
        List<Integer> xToByteOffset,
        List<Integer> yToLocalY,
        List<Integer> xToRowSize) {
    public OutputLayout {
        yToTile = List.copyOf(yToTile);
        xToTile = List.copyOf(xToTile);
        tileByteOffset = List.copyOf(tileByteOffset);
        xToByteOffset = List.copyOf(xToByteOffset);
        yToLocalY = List.copyOf(yToLocalY);
        xToRowSize = List.copyOf(xToRowSize);
    }
}
