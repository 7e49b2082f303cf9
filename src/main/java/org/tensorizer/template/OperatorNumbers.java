package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.schema.Model;

/**
 * The numbers of a quantized operator with weights (FULLY_CONNECTED, CONV_2D, DEPTHWISE_CONV_2D) of a source model, in the
 * domain of the chip, and the refusals that all of them share. Immutable.
 */
public final class OperatorNumbers {
    /** How far a bias scale may be from input scale times weight scale, in output steps; TFLite's own tolerance. */
    public static final double BIAS_TOLERANCE = 0.02;

    /** Slot of Tensor.sparsity in TFLite's schema, as an offset in the vtable. */
    private static final int SPARSITY = 4 + 2 * 6;

    private final TfliteModel model;
    private final Operator operator;
    private final Tensor input;
    private final Tensor weights;
    private final Tensor output;

    /** @throws BadInputException the operator has no weights, or numbers that nobody compiles; the message names it */
    public OperatorNumbers(TfliteModel model, Operator operator) {
        this.model = model;
        this.operator = operator;
        if (operator.inputs().size() < 2
                || operator.inputs().size() > 3
                || operator.inputs().get(0) < 0
                || operator.inputs().get(1) < 0) {
            throw refuse("has " + operator.inputs().size() + " inputs, expected input, weights and perhaps bias");
        }
        if (operator.outputs().size() != 1) {
            throw refuse("has " + operator.outputs().size() + " outputs, expected one");
        }
        input = model.tensors().get(operator.inputs().get(0));
        weights = model.tensors().get(operator.inputs().get(1));
        output = model.tensors().get(operator.outputs().get(0));
        requireTypes();
    }

    /**
     * What every reader of sources refuses of an operator with weights.
     *
     * @throws BadInputException weights or activations are floats
     */
    public static void requireQuantized(TfliteModel model, Operator operator) {
        TensorType input = model.tensors().get(operator.inputs().get(0)).type();
        TensorType weights = model.tensors().get(operator.inputs().get(1)).type();
        if (weights == TensorType.FLOAT32 || weights == TensorType.FLOAT16) {
            throw refusal(model, operator, "has float weights; quantize the model to int8 throughout");
        }
        if (input == TensorType.FLOAT32) {
            throw refusal(
                    model,
                    operator,
                    "is hybrid: float activations with " + weights
                            + " weights; quantize activations, too (a representative data set is needed)");
        }
    }

    private void requireTypes() {
        requireQuantized(model, operator);
        boolean signed = input.type() == TensorType.INT8 && weights.type() == TensorType.INT8;
        boolean unsigned = input.type() == TensorType.UINT8 && weights.type() == TensorType.UINT8;
        if (!signed && !unsigned || output.type() != input.type()) {
            throw refuse("takes " + input.type() + " with weights of " + weights.type() + " to " + output.type()
                    + ", expected INT8 throughout (or UINT8, the older way)");
        }
        if (isSparse(weights.index())) {
            throw refuse("has sparse weights, which neither edgetpu_compiler nor this program stores");
        }
        if (weights.data().isEmpty()) {
            throw refuse("has weights that are no constant");
        }
        if (weights.data().length() != weights.elements()) {
            throw refuse("has " + weights.data().length() + " bytes of weights, shape " + weights.shape() + " needs "
                    + weights.elements());
        }
    }

    private boolean isSparse(int tensor) {
        var table = Model.getRootAsModel(model.bytes()).subgraphs(0).tensors(tensor);
        return FlatBufferBuilder.isFieldPresent(table, SPARSITY);
    }

    public Tensor input() {
        return input;
    }

    public Tensor output() {
        return output;
    }

    /** Shape of the weights. */
    public List<Integer> weightShape() {
        return weights.shape();
    }

    /** Weights as the chip stores them: int8 with the sign bit turned. */
    public byte[] chipWeights() {
        byte[] bytes = model.copy(weights.data());
        return weights.type() == TensorType.INT8 ? TensorDomain.turned(bytes) : bytes;
    }

    /**
     * One scale, or one for each output.
     *
     * @param dimension of the outputs in the shape of the weights
     */
    public float[] weightScales(int outputs, int dimension) {
        List<Float> scales = weights.scales();
        if (scales.size() != weights.zeroPoints().size() || scales.size() != 1 && scales.size() != outputs) {
            throw refuse("has " + scales.size() + " weight scales and "
                    + weights.zeroPoints().size() + " zero points, expected 1 or " + outputs);
        }
        if (scales.size() > 1 && weights.quantizedDimension() != dimension) {
            throw refuse("has weight scales along dimension " + weights.quantizedDimension() + ", expected " + dimension
                    + ", the outputs");
        }
        if (scales.size() > 1 && weights.zeroPoints().stream().anyMatch(zero -> zero != 0)) {
            throw refuse("has per-channel weights with zero points other than 0");
        }
        float[] values = new float[scales.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = scales.get(i);
        }
        return values;
    }

    /** The bias, empty if there is none. */
    public Optional<int[]> bias(int outputs, int dimension) {
        if (operator.inputs().size() < 3 || operator.inputs().get(2) < 0) {
            return Optional.empty();
        }
        Tensor tensor = model.tensors().get(operator.inputs().get(2));
        if (tensor.type() != TensorType.INT32 || tensor.data().length() != Integer.BYTES * (long) outputs) {
            throw refuse("has a bias of " + tensor.type() + " with "
                    + tensor.data().length() + " constant bytes, expected " + outputs + " INT32");
        }
        requireBiasScale(tensor, weightScales(outputs, dimension));
        ByteBuffer data = model.bytes(tensor.data()).order(ByteOrder.LITTLE_ENDIAN);
        int[] bias = new int[outputs];
        for (int out = 0; out < outputs; out++) {
            bias[out] = data.getInt();
        }
        return Optional.of(bias);
    }

    private void requireBiasScale(Tensor bias, float[] weightScales) {
        if (bias.scales().isEmpty() && weightScales.length > 1) {
            return; // TFLite looks at the one scale of a bias beside one weight scale only
        }
        if (!bias.scales().isEmpty() && bias.scales().size() != weightScales.length) {
            throw refuse("has " + bias.scales().size() + " bias scales and " + weightScales.length + " weight scales");
        }
        for (int i = 0; i < weightScales.length; i++) {
            float found = bias.scales().isEmpty() ? 0 : bias.scales().get(i); // TFLite takes a missing scale for 0
            double expected = (double) scale(input) * weightScales[i];
            if (!(Math.abs(found - expected) / scale(output) <= BIAS_TOLERANCE)) {
                throw refuse("has a bias of scale " + found + ", expected input scale * weight scale = " + expected);
            }
        }
    }

    /** Scales and zero points; of per-channel weights those of input and output alone. */
    public Quantization quantization(float[] weightScales) {
        boolean perChannel = weightScales.length > 1;
        return new Quantization(
                scale(input),
                zeroPoint(input),
                perChannel ? 1 : weightScales[0],
                perChannel ? Quantization.WEIGHT_ZERO_POINT : zeroPoint(weights),
                scale(output),
                zeroPoint(output));
    }

    private float scale(Tensor tensor) {
        if (!tensor.isQuantizedPerTensor()) {
            throw refuse("has tensor " + tensor.index() + " (" + Printable.name(tensor.name()) + ") with "
                    + tensor.scales().size() + " scales, expected a quantized one with one scale");
        }
        return tensor.scale();
    }

    private int zeroPoint(Tensor tensor) {
        long unsigned = TensorDomain.chipZeroPoint(tensor.type(), tensor.zeroPoint());
        if (unsigned < 0 || unsigned > 255) {
            throw refuse("has tensor " + tensor.index() + " (" + Printable.name(tensor.name()) + ") with zero point "
                    + tensor.zeroPoint() + ", which is no " + tensor.type());
        }
        return (int) unsigned;
    }

    /** A fused activation that becomes clamps. */
    public Activation activation(FusedActivation fused) {
        return switch (fused) {
            case NONE -> Activation.NONE;
            case RELU -> Activation.RELU;
            case RELU6 -> Activation.RELU6;
            default -> throw refuse("fuses " + fused + ", expected none, RELU or RELU6");
        };
    }

    /** Says why the operator is not compiled. */
    public BadInputException refuse(String reason) {
        return refusal(model, operator, reason);
    }

    /** The message of all refusals of an operator. */
    public static BadInputException refusal(TfliteModel model, Operator operator, String reason) {
        return new BadInputException(model.name() + ": operator " + operator.index() + " ("
                + Printable.name(operator.name()) + ") " + reason);
    }
}
