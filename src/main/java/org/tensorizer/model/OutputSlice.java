package org.tensorizer.model;

import java.util.List;

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
