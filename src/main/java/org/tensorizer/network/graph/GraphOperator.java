package org.tensorizer.network.graph;

import java.util.List;
import java.util.Optional;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.Place;

/**
 * An operator of a compiled network. Compared by identity of its output.
 *
 * <p>{@code places} are the instructions that compute it, in the order of their first run; those that move bytes only have
 * none.
 */
public sealed interface GraphOperator
        permits LayerOperator,
                GraphOperator.Add,
                GraphOperator.Multiply,
                GraphOperator.Pool,
                GraphOperator.Rescale,
                GraphOperator.Function,
                GraphOperator.Softmax,
                GraphOperator.Resize,
                GraphOperator.Pad,
                GraphOperator.Concatenation,
                GraphOperator.Slice,
                GraphOperator.Reshape {
    List<GraphTensor> inputs();

    GraphTensor output();

    default List<Place> places() {
        return List.of();
    }

    /** TFLite's name of the operator. */
    String name();

    /** The numbers of its quantization; null for operators that move bytes only. */
    default OpFields fields() {
        return null;
    }

    /**
     * The activation that the clamps show because it cuts something off; empty if they are not those of the output. With a
     * zero point of 0 and a full range NONE, RELU and RELU6 are the same program.
     */
    default Optional<FusedActivation> activation() {
        OpFields fields = fields();
        boolean none = fields == null
                || this instanceof Function
                || this instanceof Softmax
                || Float.isInfinite(fields.clampMaxValue());
        if (none) {
            return Optional.empty();
        }
        int zero = output().zeroPoint();
        double max = fields.clampMaxValue();
        double min = fields.clampMinValue();
        double near = 4.0 * Math.ulp((float) Math.max(255 - zero, 1));
        if (max < 255 - zero && Math.abs(max - (255 - zero)) > near) {
            return Optional.of(min > -0.5 ? FusedActivation.RELU6 : FusedActivation.RELU_N1_TO_1);
        }
        return Optional.of(min > 0.5 - zero ? FusedActivation.RELU : FusedActivation.NONE);
    }

    /** Sum of two tensors with 16-bit factors, {@code factors[0] : factors[1]} as their scales. */
    record Add(
            List<GraphTensor> inputs,
            GraphTensor output,
            List<Place> places,
            OpFields fields,
            int firstFactor,
            int secondFactor)
            implements GraphOperator {
        @Override
        public String name() {
            return "ADD";
        }
    }

    /** Product of two tensors. */
    record Multiply(List<GraphTensor> inputs, GraphTensor output, List<Place> places, OpFields fields)
            implements GraphOperator {
        @Override
        public String name() {
            return "MUL";
        }
    }

    /** Average or maximum over windows. Its geometry grows while its instructions are read. */
    final class Pool implements GraphOperator {
        private final boolean maximum;
        private final GraphTensor input;
        private final GraphTensor output;
        private final List<Place> places;
        private final OpFields fields;
        private Window window;

        /**
         * @param height rows of a window
         * @param width columns of a window
         * @param strideY rows from one window to the next
         * @param strideX columns from one window to the next
         * @param same whether windows are cut at the border
         */
        public record Window(int height, int width, int strideY, int strideX, boolean same) {}

        Pool(boolean maximum, GraphTensor input, GraphTensor output, List<Place> places, OpFields fields) {
            this.maximum = maximum;
            this.input = input;
            this.output = output;
            this.places = places;
            this.fields = fields;
        }

        void window(Window known) {
            window = known;
        }

        public Window window() {
            return window;
        }

        public boolean isMaximum() {
            return maximum;
        }

        /** Elements of a window. */
        public int count() {
            return window.height * window.width;
        }

        /** Whether input and output have one scale: the multiplier is 1 / count and the zero point stays. */
        public boolean keepsScale() {
            return maximum
                    || input.zeroPoint() == output.zeroPoint()
                            && Math.abs(fields.multiplierValue() * (double) count() - 1) < 1e-5;
        }

        @Override
        public List<GraphTensor> inputs() {
            return List.of(input);
        }

        @Override
        public GraphTensor output() {
            return output;
        }

        @Override
        public List<Place> places() {
            return places;
        }

        @Override
        public OpFields fields() {
            return fields;
        }

        @Override
        public String name() {
            return maximum ? "MAX_POOL_2D" : keepsScale() ? "AVERAGE_POOL_2D" : "MEAN";
        }
    }

    /** The same values with another scale, zero point or range. */
    record Rescale(List<GraphTensor> inputs, GraphTensor output, List<Place> places, OpFields fields)
            implements GraphOperator {
        @Override
        public String name() {
            return "QUANTIZE";
        }
    }

    /** LOGISTIC or TANH, by the function table. */
    record Function(String name, List<GraphTensor> inputs, GraphTensor output, List<Place> places, OpFields fields)
            implements GraphOperator {}

    /**
     * Softmax over a tensor of one position.
     *
     * @param fields of its last op
     * @param exponentScale float32 bits of the scale of the exponent's argument
     * @param differenceMultiplier float32 bits of the multiplier of x - max(x)
     * @param scaleOffsets payload offsets of the exponent's scale rows, 16 bytes each; empty if there are none
     */
    record Softmax(
            List<GraphTensor> inputs,
            GraphTensor output,
            List<Place> places,
            OpFields fields,
            int exponentScale,
            int differenceMultiplier,
            List<Integer> scaleOffsets)
            implements GraphOperator {
        @Override
        public String name() {
            return "SOFTMAX";
        }
    }

    /** Bilinear to twice the size, half-pixel centres. */
    record Resize(List<GraphTensor> inputs, GraphTensor output, List<Place> places) implements GraphOperator {
        @Override
        public String name() {
            return "RESIZE_BILINEAR";
        }
    }

    /** Zero points around the borders. */
    record Pad(List<GraphTensor> inputs, GraphTensor output, int top, int bottom, int left, int right)
            implements GraphOperator {
        @Override
        public String name() {
            return "PAD";
        }
    }

    /**
     * Tensors side by side.
     *
     * @param axis 0 rows, 1 columns, 2 channels
     */
    record Concatenation(List<GraphTensor> inputs, GraphTensor output, int axis) implements GraphOperator {
        @Override
        public String name() {
            return "CONCATENATION";
        }
    }

    /** A box of a tensor from (y, x, c) on, as large as the output. */
    record Slice(List<GraphTensor> inputs, GraphTensor output, int y, int x, int c) implements GraphOperator {
        @Override
        public String name() {
            return "SLICE";
        }
    }

    /** The same elements in the same order with other dimensions. */
    record Reshape(List<GraphTensor> inputs, GraphTensor output) implements GraphOperator {
        @Override
        public String name() {
            return "RESHAPE";
        }
    }
}
