package org.tensorizer.model;

import java.util.List;
import java.util.Optional;

/**
 * An input or output of an executable.
 *
 * @param name the name that relocations and DMA hints use
 * @param output whether it is an output
 * @param sizeBytes bytes of one batch, padding included
 * @param y height, 1 if the tensor has none
 * @param x width, 1 if the tensor has none
 * @param z channels
 * @param zeroPoint in the unsigned domain: an int8 tensor's zero point plus 128; 0 if not given
 * @param scale real value of one step, 0 if not given
 * @param type element type
 * @param executionsPerInference how often the layer runs in one inference, 1 if not given
 * @param cacheOnDram whether its activations may stay in the chip's DRAM
 * @param shape index range of each dimension, empty if not given
 * @param layout how an output's bytes map to the tensor
 * @param slices the parts in which newer compilers describe an output, empty if not given
 */
public record Layer(
        String name,
        boolean output,
        int sizeBytes,
        int y,
        int x,
        int z,
        int zeroPoint,
        float scale,
        DataType type,
        int executionsPerInference,
        boolean cacheOnDram,
        List<IndexRange> shape,
        Optional<OutputLayout> layout,
        List<OutputSlice> slices) {
    public Layer {
        shape = List.copyOf(shape);
        slices = List.copyOf(slices);
    }

    /** Bytes of the tensor itself, y * x * z elements, without padding. */
    public long unpaddedBytes() {
        return Math.multiplyExact(Math.multiplyExact((long) y * x, z), (long) type.bytes());
    }

    /**
     * Indices of one dimension of a layer, both ends included.
     *
     * @param first lowest index
     * @param last highest index
     */
    public record IndexRange(int first, int last) {}

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

    /**
     * A part of an output that a tile streams.
     *
     * @param shape indices of each dimension
     * @param stride elements between neighbours of each dimension
     * @param offset byte at which the part starts in the output
     */
    public record OutputSlice(List<IndexRange> shape, List<Integer> stride, int offset) {
        public OutputSlice {
            shape = List.copyOf(shape);
            stride = List.copyOf(stride);
        }
    }
}
