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
}
