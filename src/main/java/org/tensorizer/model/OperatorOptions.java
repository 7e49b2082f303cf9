package org.tensorizer.model;

import java.util.List;

/** What a builtin operator was told besides its tensors. Read for the operators that compiled networks are made of. */
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

    /** How a window is laid on the border of its input. */
    enum Padding {
        SAME,
        VALID
    }

    /**
     * Options of CONV_2D and DEPTHWISE_CONV_2D.
     *
     * @param padding at the borders
     * @param strideY rows from one output row to the next
     * @param strideX columns from one output column to the next
     * @param dilationY rows from one tap to the next
     * @param dilationX columns from one tap to the next
     * @param depthMultiplier output channels of each input channel of a DEPTHWISE_CONV_2D, 0 for a CONV_2D
     * @param activation applied to the output
     */
    record Convolution(
            Padding padding,
            int strideY,
            int strideX,
            int dilationY,
            int dilationX,
            int depthMultiplier,
            FusedActivation activation)
            implements OperatorOptions {}

    /**
     * Options of AVERAGE_POOL_2D and MAX_POOL_2D.
     *
     * @param padding at the borders
     * @param strideY rows from one window to the next
     * @param strideX columns from one window to the next
     * @param height rows of a window
     * @param width columns of a window
     * @param activation applied to the output
     */
    record Pool(Padding padding, int strideY, int strideX, int height, int width, FusedActivation activation)
            implements OperatorOptions {}

    /**
     * Options of ADD, SUB and MUL.
     *
     * @param activation applied to the output
     */
    record Arithmetic(FusedActivation activation) implements OperatorOptions {}

    /**
     * Options of CONCATENATION.
     *
     * @param axis dimension along which the inputs stand side by side; negative counts from the last
     * @param activation applied to the output
     */
    record Concatenation(int axis, FusedActivation activation) implements OperatorOptions {}

    /**
     * Options of SOFTMAX.
     *
     * @param beta factor of the argument
     */
    record Softmax(float beta) implements OperatorOptions {}

    /**
     * Options of MEAN and other reductions.
     *
     * @param keepDims whether reduced dimensions stay as 1
     */
    record Reduction(boolean keepDims) implements OperatorOptions {}

    /**
     * Options of RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR.
     *
     * @param alignCorners whether the corners of input and output coincide
     * @param halfPixelCenters whether pixels are taken at their centres
     */
    record Resize(boolean alignCorners, boolean halfPixelCenters) implements OperatorOptions {}

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

    /** Activation that a TFLite operator applies to its own output, in the order of their numbers in the file. */
    public enum FusedActivation {
        NONE,
        RELU,
        RELU_N1_TO_1,
        RELU6,
        TANH,
        SIGN_BIT
    }
}
