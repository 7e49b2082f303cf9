package org.tensorizer.model;

import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;

/**
 * A tensor of a TFLite subgraph.
 *
 * @param index its number in the subgraph
 * @param name its name, empty if it has none
 * @param type element type
 * @param shape dimensions as stored, batch first; empty for a scalar and for an unknown shape
 * @param scales quantization scales: none, one for the tensor, or one for each index of {@code quantizedDimension}
 * @param zeroPoints zero points in the domain of {@code type} (an int8 tensor's are -128..127), none or as many as scales
 * @param quantizedDimension the dimension that several scales belong to
 * @param buffer index of its buffer in the file; 0 is the empty one
 * @param data its constant bytes as an absolute range in the file, empty for an activation
 * @param variable whether it keeps what an inference writes into it until the next, as the state of an LSTM
 */
public record Tensor(
        int index,
        String name,
        TensorType type,
        List<Integer> shape,
        List<Float> scales,
        List<Long> zeroPoints,
        int quantizedDimension,
        int buffer,
        ByteRange data,
        boolean variable) {
    public Tensor {
        shape = List.copyOf(shape);
        scales = List.copyOf(scales);
        zeroPoints = List.copyOf(zeroPoints);
    }

    /** One scale and one zero point for the whole tensor. */
    public boolean isQuantizedPerTensor() {
        return scales.size() == 1 && zeroPoints.size() == 1;
    }

    /**
     * The one scale of the tensor.
     *
     * @throws BadInputException if it has none or several
     */
    public float scale() {
        requirePerTensor();
        return scales.get(0);
    }

    /**
     * The one zero point of the tensor, in the domain of its type.
     *
     * @throws BadInputException if it has none or several
     */
    public long zeroPoint() {
        requirePerTensor();
        return zeroPoints.get(0);
    }

    /**
     * What the bytes of the tensor mean.
     *
     * @throws BadInputException if it is neither INT8 nor UINT8 with one scale and a zero point of its type
     */
    public TensorDomain domain() {
        if (!TensorDomain.has(type)) {
            throw new BadInputException("tensor " + index + ": expected INT8 or UINT8, found " + type);
        }
        if (zeroPoint() != (int) zeroPoint()) {
            throw new BadInputException("tensor " + index + ": zero point " + zeroPoint() + ", which is no " + type);
        }
        return new TensorDomain(type == TensorType.INT8, (int) zeroPoint());
    }

    /**
     * Product of the dimensions, 1 for a scalar.
     *
     * @throws BadInputException if a dimension is negative or the product exceeds a long
     */
    public long elements() {
        long product = 1;
        for (int dimension : shape) {
            if (dimension < 0 || (dimension > 0 && product > Long.MAX_VALUE / dimension)) {
                throw new BadInputException(
                        "tensor " + index + ": expected dimensions from 0 on with a product below 2^63, " + "found "
                                + dimension + " among " + shape.size());
            }
            product *= dimension;
        }
        return product;
    }

    private void requirePerTensor() {
        if (!isQuantizedPerTensor()) {
            throw new BadInputException("tensor " + index + ": expected one scale and one zero point, found "
                    + scales.size() + " scales and " + zeroPoints.size() + " zero points");
        }
    }
}
