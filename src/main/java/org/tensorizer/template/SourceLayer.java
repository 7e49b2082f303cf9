package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.schema.Model;

/** One FULLY_CONNECTED of a source model, read into a {@link DenseSpec}. */
final class SourceLayer {
    /** How far a bias scale may be from input scale times weight scale, in output steps; TFLite's own tolerance. */
    private static final double BIAS_TOLERANCE = 0.02;

    /** Slot of Tensor.sparsity in TFLite's schema, as an offset in the vtable. */
    private static final int SPARSITY = 4 + 2 * 6;

    private final TfliteModel model;
    private final Operator operator;
    private final List<String> notes;
    private final Tensor input;
    private final Tensor weights;
    private final Tensor output;

    SourceLayer(TfliteModel model, Operator operator, List<String> notes) {
        this.model = model;
        this.operator = operator;
        this.notes = notes;
        if (operator.inputs().size() < 2
                || operator.inputs().size() > 3
                || operator.inputs().get(1) < 0) {
            throw refuse("has " + operator.inputs().size() + " inputs, expected input, weights and perhaps bias");
        }
        input = model.tensors().get(operator.inputs().get(0));
        weights = model.tensors().get(operator.inputs().get(1));
        output = model.tensors().get(operator.outputs().get(0));
    }

    /** @throws BadInputException naming the operator and the reason */
    DenseSpec.Builder spec() {
        requireTypes();
        int outputs = weights.shape().get(0);
        int inputs = weights.shape().get(1);
        if (input.elements() != inputs || output.elements() != outputs) {
            throw refuse("takes " + input.shape() + " to " + output.shape() + " with weights of " + weights.shape()
                    + ", expected [1, in] to [1, out] with [out, in]");
        }
        int[] bias = bias(outputs);
        float[] scales = weightScales(outputs);
        boolean perChannel = scales.length > 1;
        DenseShape shape =
                new DenseShape(inputs, outputs, ParameterFormat.of(perChannel, bias.length > 0), activation());
        Quantization quantization = new Quantization(
                scale(input),
                zeroPoint(input),
                perChannel ? 1 : scales[0],
                perChannel ? Quantization.WEIGHT_ZERO_POINT : zeroPoint(weights),
                scale(output),
                zeroPoint(output));
        return DenseSpec.of(shape)
                .quantization(quantization)
                .weights(weights())
                .weightScales(perChannel ? scales : new float[0])
                .bias(bias);
    }

    private void requireTypes() {
        if (weights.type() == TensorType.FLOAT32 || weights.type() == TensorType.FLOAT16) {
            throw refuse("has float weights; quantize the model to int8 throughout");
        }
        if (input.type() == TensorType.FLOAT32) {
            throw refuse("is hybrid: float activations with " + weights.type()
                    + " weights; quantize activations, too (a representative data set is needed)");
        }
        boolean signed = input.type() == TensorType.INT8 && weights.type() == TensorType.INT8;
        boolean unsigned = input.type() == TensorType.UINT8 && weights.type() == TensorType.UINT8;
        if (!signed && !unsigned || output.type() != input.type()) {
            throw refuse("takes " + input.type() + " with weights of " + weights.type() + " to " + output.type()
                    + ", expected INT8 throughout (or UINT8, the older way)");
        }
        if (weights.shape().size() != 2) {
            throw refuse("has weights of shape " + weights.shape() + ", expected [out, in]");
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
        if (options().weightsFormat() != 0) {
            throw refuse("has shuffled weights (format " + options().weightsFormat() + "), expected 0, row-major");
        }
    }

    private boolean isSparse(int tensor) {
        var table = Model.getRootAsModel(model.bytes()).subgraphs(0).tensors(tensor);
        return FlatBufferBuilder.isFieldPresent(table, SPARSITY);
    }

    private OperatorOptions.FullyConnected options() {
        if (operator.options() instanceof OperatorOptions.FullyConnected options) {
            return options;
        }
        throw refuse("has no options of its kind, found " + operator.options());
    }

    private Activation activation() {
        return switch (options().activation()) {
            case NONE -> Activation.NONE;
            case RELU -> Activation.RELU;
            case RELU6 -> Activation.RELU6;
            default -> throw refuse("fuses " + options().activation() + ", expected none, RELU or RELU6");
        };
    }

    private byte[] weights() {
        byte[] bytes = new byte[weights.data().length()];
        model.bytes(weights.data()).get(bytes);
        return weights.type() == TensorType.UINT8 ? TensorDomain.turned(bytes) : bytes;
    }

    private float[] weightScales(int outputs) {
        List<Float> scales = weights.scales();
        if (scales.size() != weights.zeroPoints().size() || scales.size() != 1 && scales.size() != outputs) {
            throw refuse("has " + scales.size() + " weight scales and "
                    + weights.zeroPoints().size() + " zero points, expected 1 or " + outputs);
        }
        if (scales.size() > 1 && weights.quantizedDimension() != 0) {
            throw refuse(
                    "has weight scales along dimension " + weights.quantizedDimension() + ", expected 0, the outputs");
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

    private int[] bias(int outputs) {
        if (operator.inputs().size() < 3 || operator.inputs().get(2) < 0) {
            return new int[0];
        }
        Tensor tensor = model.tensors().get(operator.inputs().get(2));
        if (tensor.type() != TensorType.INT32 || tensor.data().length() != Integer.BYTES * (long) outputs) {
            throw refuse("has a bias of " + tensor.type() + " with "
                    + tensor.data().length() + " constant bytes, expected " + outputs + " INT32");
        }
        requireBiasScale(tensor, outputs);
        ByteBuffer data = model.bytes(tensor.data()).order(ByteOrder.LITTLE_ENDIAN);
        int[] bias = new int[outputs];
        boolean zero = true;
        for (int out = 0; out < outputs; out++) {
            bias[out] = data.getInt();
            zero &= bias[out] == 0;
        }
        if (zero) {
            notes.add("operator " + operator.index() + ": a bias of all zeros is dropped, as edgetpu_compiler does");
            return new int[0];
        }
        return bias;
    }

    private void requireBiasScale(Tensor bias, int outputs) {
        float[] weightScales = weightScales(outputs);
        if (bias.scales().isEmpty() && weightScales.length > 1) {
            return; // TFLite looks at the one scale of a bias beside one weight scale only
        }
        if (!bias.scales().isEmpty() && bias.scales().size() != weightScales.length) {
            throw refuse("has " + bias.scales().size() + " bias scales and " + weightScales.length + " weight scales");
        }
        for (int i = 0; i < weightScales.length; i++) {
            float found = bias.scales().isEmpty() ? 0 : bias.scales().get(i); // a bias without quantization has scale 0 there
            double expected = (double) scale(input) * weightScales[i];
            if (!(Math.abs(found - expected) / scale(output) <= BIAS_TOLERANCE)) {
                throw refuse("has a bias of scale " + found + ", expected input scale * weight scale = "
                        + expected);
            }
        }
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

    private BadInputException refuse(String reason) {
        return new BadInputException(model.name() + ": operator " + operator.index() + " ("
                + Printable.name(operator.name()) + ") " + reason);
    }
}
