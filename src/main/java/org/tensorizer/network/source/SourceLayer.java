package org.tensorizer.network.source;

import java.util.Arrays;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.layout.BlockLayout;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.network.rules.FieldRules;
import org.tensorizer.network.rules.Quantized;
import org.tensorizer.template.OperatorNumbers;

/**
 * A convolution, depthwise or Dense layer of a source. Weights are chip bytes (int8 XOR 0x80) in the order
 * W[out][ky][kx][in], of a depthwise layer W[channel][ky][kx].
 */
public final class SourceLayer {
    private final SourceGraph graph;
    private final Operator operator;
    private final Tensor weightTensor;
    private final int outputs;
    private final int height;
    private final int width;
    private final int inputs;
    private final Quantized input;
    private final Quantized output;

    SourceLayer(SourceGraph graph, Operator operator) {
        this.graph = graph;
        this.operator = operator;
        weightTensor = graph.tensor(operator.inputs().get(1));
        List<Integer> shape = weightTensor.shape();
        boolean dense = operator.name().equals("FULLY_CONNECTED");
        require(shape.size() == (dense ? 2 : 4), "has weights of shape " + shape);
        require(shape.stream().allMatch(d -> d > 0), "has weights of shape " + shape);
        if (dense) {
            outputs = shape.get(0);
            height = 1;
            width = 1;
            inputs = shape.get(1);
        } else {
            outputs = isDepthwise() ? shape.get(3) : shape.get(0);
            height = shape.get(1);
            width = shape.get(2);
            inputs = isDepthwise() ? 1 : shape.get(3);
        }
        require(
                weightTensor.type() == TensorType.INT8 || weightTensor.type() == TensorType.UINT8,
                "has weights of " + weightTensor.type() + ", expected INT8 or UINT8");
        require(
                weightTensor.data().length() == (long) outputs * height * width * inputs,
                "has " + weightTensor.data().length() + " bytes of weights of shape " + shape);
        int scales = weightTensor.scales().size();
        require(
                (scales == 1 || scales == outputs) && weightTensor.zeroPoints().size() == scales,
                "has " + scales + " weight scales and "
                        + weightTensor.zeroPoints().size() + " zero points for " + outputs + " output channels");
        for (int channel = 1; channel < scales; channel++) {
            require(
                    weightTensor
                            .zeroPoints()
                            .get(channel)
                            .equals(weightTensor.zeroPoints().get(0)),
                    "has different weight zero points");
        }
        input = graph.quantized(operator.inputs().get(0));
        output = graph.quantized(operator.outputs().get(0));
    }

    private void require(boolean condition, String problem) {
        if (!condition) {
            throw graph.refuse(operator, problem);
        }
    }

    public Operator operator() {
        return operator;
    }

    public boolean isDepthwise() {
        return operator.name().equals("DEPTHWISE_CONV_2D");
    }

    public boolean isDense() {
        return operator.name().equals("FULLY_CONNECTED");
    }

    public int outputs() {
        return outputs;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    /** Input channels of one output channel: 1 if depthwise. */
    public int inputs() {
        return inputs;
    }

    public Quantized input() {
        return input;
    }

    public Quantized output() {
        return output;
    }

    public FusedActivation activation() {
        return SourceGraph.activation(operator);
    }

    /** Strides and dilation; those of a Dense layer are 1. */
    public OperatorOptions.Convolution geometry() {
        return operator.options() instanceof OperatorOptions.Convolution convolution
                ? convolution
                : new OperatorOptions.Convolution(OperatorOptions.Padding.VALID, 1, 1, 1, 1, 0, FusedActivation.NONE);
    }

    /** Whether weights have a scale for each output channel. */
    public boolean isPerChannel() {
        return weightTensor.scales().size() > 1;
    }

    /** Zero point of the weights as a chip byte. */
    public int weightZero() {
        long zero = TensorDomain.chipZeroPoint(
                weightTensor.type(), weightTensor.zeroPoints().get(0));
        require(
                zero >= 0 && zero <= 255,
                "has weight zero point " + weightTensor.zeroPoints().get(0));
        return (int) zero;
    }

    /** Chip bytes. */
    public byte[] weights() {
        byte[] weights = graph.data(weightTensor);
        if (weightTensor.type() == TensorType.INT8) {
            weights = TensorDomain.turned(weights);
        }
        return isDepthwise() ? BlockLayout.transposed(weights, height * width) : weights;
    }

    /** Whether the operator has a bias that is not zero throughout. */
    public boolean hasBias() {
        return Arrays.stream(biases()).anyMatch(bias -> bias != 0);
    }

    /**
     * One bias for each output channel, zeros if there is none.
     *
     * @throws BadInputException it is no int32, or has another scale than input scale times weight scale
     */
    public int[] biases() {
        int[] none = new int[outputs];
        if (operator.inputs().size() < 3 || operator.inputs().get(2) < 0) {
            return none;
        }
        Tensor tensor = graph.tensor(operator.inputs().get(2));
        if (tensor.data().isEmpty()) {
            return none;
        }
        require(
                tensor.type() == TensorType.INT32,
                "has a bias of " + tensor.type() + ", expected INT32: a wider one overflows the accumulator");
        int[] biases = graph.integers(tensor.index());
        require(biases.length == outputs, "has " + biases.length + " biases for " + outputs + " output channels");
        for (int i = 0; i < tensor.scales().size(); i++) {
            double expected = (double) input.scale()
                    * weightTensor
                            .scales()
                            .get(Math.min(i, weightTensor.scales().size() - 1));
            require(
                    Math.abs(tensor.scales().get(i) - expected)
                            <= OperatorNumbers.BIAS_TOLERANCE * Math.max(expected, output.scale()),
                    "has bias scale " + tensor.scales().get(i) + ", expected input scale times weight scale, "
                            + expected);
        }
        return biases;
    }

    /**
     * Multiplier of each output channel.
     *
     * @throws BadInputException a ratio of scales is no normal float32
     */
    public float[] multipliers() {
        float[] multipliers = new float[outputs];
        for (int channel = 0; channel < outputs; channel++) {
            float scale = weightTensor.scales().get(isPerChannel() ? channel : 0);
            try {
                multipliers[channel] = FieldRules.multiplier(input, scale, output);
            } catch (BadInputException e) {
                throw graph.refuse(operator, "channel " + channel + ": " + e.getMessage());
            }
        }
        return multipliers;
    }

    /** Such as {@code CONV_2D 3x3x32 -> 64}. */
    @Override
    public String toString() {
        return operator.name() + " " + height + "x" + width + "x" + (isDepthwise() ? outputs : inputs) + " -> "
                + outputs;
    }
}
