package org.tensorizer.model;

import java.util.List;

/** What a builtin operator was told besides its tensors. Read only for the operators a Dense model is made of. */
public sealed interface OperatorOptions {
    /** No options in the file. */
    record None() implements OperatorOptions {}

    /**
     * Options of FULLY_CONNECTED.
     *
     * @param activation applied to the output
     * @param weightsFormat 0 for W[out][in] in row-major order
     * @param keepNumDims output keeps all dimensions of the input but the last
     */
    record FullyConnected(FusedActivation activation, int weightsFormat, boolean keepNumDims)
            implements OperatorOptions {}

    /**
     * Options of RESHAPE.
     *
     * @param newShape empty if a tensor gives it
     */
    record Reshape(List<Integer> newShape) implements OperatorOptions {
        public Reshape {
            newShape = List.copyOf(newShape);
        }
    }

    /**
     * Options of another operator, not read.
     *
     * @param unionType number of the options table in TFLite's union
     */
    record Other(int unionType) implements OperatorOptions {}
}
