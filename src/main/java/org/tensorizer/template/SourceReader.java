package org.tensorizer.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TfliteModel;

/** Walks the operators of a source model along their one line from input to output. Used once. */
final class SourceReader {
    private final TfliteModel model;
    private final List<DenseSpec.Builder> layers = new ArrayList<>();
    private final List<Operator> operators = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Set<Integer> folded = new HashSet<>();
    private boolean closed;

    SourceReader(TfliteModel model) {
        this.model = model;
    }

    /**
     * @param layers in order, complete but for the token
     * @param operators the operator of each layer
     * @param notes what the compiled model does without
     */
    record Found(List<DenseSpec.Builder> layers, List<Operator> operators, List<String> notes) {}

    /** Operators that compute shapes where a converter did not know the batch. */
    private static final Set<String> SHAPE_ARITHMETIC = Set.of("SHAPE", "STRIDED_SLICE", "PACK");

    /** @throws BadInputException naming operator and reason */
    Found read() {
        requireOneLine();
        int input = model.inputs().get(0);
        int current = input;
        for (Operator operator : model.operators()) {
            if (isFolded(operator)) {
                continue;
            }
            if (operator.inputs().isEmpty()
                    || operator.inputs().get(0) != current
                    || operator.outputs().size() != 1) {
                throw refuse(
                        operator,
                        "does not take tensor " + current + " where the operator before left off; the"
                                + " operators must be one line from input to output");
            }
            requireFixedShape(operator, tensor(operator.outputs().get(0)));
            switch (operator.name()) {
                case "FULLY_CONNECTED" -> layer(operator);
                case "QUANTIZE" -> quantize(operator);
                case "RESHAPE" -> reshape(operator);
                default -> throw refuse(operator, other(operator.name()));
            }
            current = operator.outputs().get(0);
        }
        if (current != model.outputs().get(0) || layers.isEmpty()) {
            throw new BadInputException(model.name() + ": "
                    + (layers.isEmpty()
                            ? "no FULLY_CONNECTED, so nothing to compile"
                            : "the last operator gives tensor " + current + ", the model's output is tensor "
                                    + model.outputs().get(0)));
        }
        ends(tensor(input), tensor(current));
        return new Found(layers, operators, List.copyOf(notes));
    }

    /**
     * Shape arithmetic behind a fixed shape is a constant: TFLite computes the shape that the tensor behind RESHAPE has in
     * the file already.
     */
    private boolean isFolded(Operator operator) {
        boolean shape = SHAPE_ARITHMETIC.contains(operator.name())
                && operator.inputs().stream()
                        .allMatch(index -> operator.name().equals("SHAPE")
                                || folded.contains(index)
                                || index < 0
                                || !tensor(index).data().isEmpty());
        if (shape) {
            folded.addAll(operator.outputs());
            notes.add(operator.name() + " is left out: the batch is 1");
        }
        return shape;
    }

    private void requireOneLine() {
        if (model.isCompiled()) {
            throw new BadInputException(model.name() + ": compiled already (it holds " + Operator.EDGE_TPU + ")");
        }
        if (model.subgraphs().size() != 1
                || model.inputs().size() != 1
                || model.outputs().size() != 1) {
            throw new BadInputException(model.name() + ": "
                    + model.subgraphs().size() + " subgraphs, "
                    + model.inputs().size() + " inputs and " + model.outputs().size()
                    + " outputs, expected one of each");
        }
        requireFixedShape(null, tensor(model.inputs().get(0)));
    }

    private Tensor tensor(int index) {
        return model.tensors().get(index);
    }

    private void layer(Operator operator) {
        if (closed) {
            throw refuse(operator, "stands behind the QUANTIZE that ends the model");
        }
        operators.add(operator);
        layers.add(spec(operator));
    }

    private DenseSpec.Builder spec(Operator operator) {
        OperatorNumbers numbers = new OperatorNumbers(model, operator);
        List<Integer> weights = numbers.weightShape();
        if (weights.size() != 2) {
            throw numbers.refuse("has weights of shape " + weights + ", expected [out, in]");
        }
        OperatorOptions.FullyConnected options = options(operator, numbers);
        int outputs = weights.get(0);
        int inputs = weights.get(1);
        if (numbers.input().elements() != inputs || numbers.output().elements() != outputs) {
            throw numbers.refuse("takes " + numbers.input().shape() + " to "
                    + numbers.output().shape() + " with weights of " + weights + ", expected [1, in] to [1, out] with"
                    + " [out, in]");
        }
        int[] bias = bias(operator, numbers, outputs);
        float[] scales = numbers.weightScales(outputs, 0);
        boolean perChannel = scales.length > 1;
        DenseShape shape = new DenseShape(
                inputs,
                outputs,
                ParameterFormat.of(perChannel, bias.length > 0),
                numbers.activation(options.activation()));
        byte[] signed = TensorDomain.turned(numbers.chipWeights());
        return DenseSpec.of(shape)
                .quantization(numbers.quantization(scales))
                .weights(signed)
                .weightScales(perChannel ? scales : new float[0])
                .bias(bias);
    }

    private static OperatorOptions.FullyConnected options(Operator operator, OperatorNumbers numbers) {
        if (!(operator.options() instanceof OperatorOptions.FullyConnected options)) {
            throw numbers.refuse("has no options of its kind, found " + operator.options());
        }
        if (options.weightsFormat() != 0) {
            throw numbers.refuse(
                    "has shuffled weights (format " + options.weightsFormat() + "), expected 0, row-major");
        }
        return options;
    }

    private int[] bias(Operator operator, OperatorNumbers numbers, int outputs) {
        Optional<int[]> bias = numbers.bias(outputs, 0);
        if (bias.isPresent() && Arrays.stream(bias.get()).allMatch(value -> value == 0)) {
            notes.add("operator " + operator.index() + ": a bias of all zeros is dropped, as edgetpu_compiler does");
            return new int[0];
        }
        return bias.orElse(new int[0]);
    }

    /** Allowed at the ends only, and only where it changes the type and not the value. */
    private void quantize(Operator operator) {
        Tensor from = tensor(operator.inputs().get(0));
        Tensor to = tensor(operator.outputs().get(0));
        if (!TensorDomain.has(from.type()) || !TensorDomain.has(to.type())) {
            throw refuse(
                    operator,
                    "from " + from.type() + " to " + to.type() + " at the edge stays on the CPU with"
                            + " edgetpu_compiler, too; convert with inference_input_type and inference_output_type int8 or uint8");
        }
        if (!from.isQuantizedPerTensor()
                || !to.isQuantizedPerTensor()
                || from.scale() != to.scale()
                || TensorDomain.chipZeroPoint(from.type(), from.zeroPoint())
                        != TensorDomain.chipZeroPoint(to.type(), to.zeroPoint())) {
            throw refuse(
                    operator,
                    "changes scale or zero point (" + from.scales() + ", " + from.zeroPoints() + " to "
                            + to.scales() + ", " + to.zeroPoints()
                            + "), which is an arithmetic operation of its own; expected uint8 to int8 or back alone");
        }
        if (!layers.isEmpty()
                && !operator.outputs().get(0).equals(model.outputs().get(0))) {
            throw refuse(operator, "between layers, expected at the ends only");
        }
        closed = !layers.isEmpty();
        notes.add("QUANTIZE from " + from.type() + " to " + to.type()
                + " is left out: the runtime hands both types to the chip as the same bytes");
    }

    private void reshape(Operator operator) {
        Tensor from = tensor(operator.inputs().get(0));
        Tensor to = tensor(operator.outputs().get(0));
        requireFixedShape(operator, from);
        if (from.elements() != to.elements() || from.type() != to.type()) {
            throw refuse(
                    operator,
                    "from " + from.shape() + " " + from.type() + " to " + to.shape() + " " + to.type()
                            + ", expected the same number and type of elements");
        }
        if (!from.scales().equals(to.scales()) || !from.zeroPoints().equals(to.zeroPoints())) {
            throw refuse(operator, "changes scale or zero point, expected other dimensions alone");
        }
        notes.add("RESHAPE from " + from.shape() + " to " + to.shape() + " is left out: the bytes stay in their order");
    }

    private void requireFixedShape(Operator operator, Tensor tensor) {
        boolean fixed = tensor.shape().stream().allMatch(dimension -> dimension > 0);
        boolean oneInference = tensor.shape().size() < 2 || tensor.shape().get(0) == 1;
        if (!fixed || !oneInference) {
            String problem = "tensor " + tensor.index() + " (" + Printable.name(tensor.name()) + ") has shape "
                    + tensor.shape() + ", expected "
                    + (fixed ? "a batch of 1" : "fixed dimensions; convert with a fixed batch of 1");
            throw operator == null ? new BadInputException(model.name() + ": " + problem) : refuse(operator, problem);
        }
    }

    private void ends(Tensor input, Tensor output) {
        DenseSpec.Builder first = layers.get(0);
        DenseSpec.Builder last = layers.get(layers.size() - 1);
        layers.forEach(layer -> layer.types(input.type(), output.type()));
        first.names(name(input, "input"), first.outputName);
        last.names(last.inputName, name(output, "output"));
        if (input.shape().size() != 2) {
            notes.add("the input of shape " + input.shape() + " becomes [1, " + input.elements() + "], the same bytes");
        }
        if (output.shape().size() != 2) {
            notes.add("the output of shape " + output.shape() + " becomes [1, " + output.elements()
                    + "], the same bytes");
        }
    }

    /** TFLite needs no names; an executable tells its layers apart by them. */
    private static String name(Tensor tensor, String otherwise) {
        return tensor.name().isEmpty() ? otherwise : tensor.name();
    }

    private static String other(String operator) {
        String hint = switch (operator) {
            case "DEQUANTIZE" -> "; convert with inference_output_type int8 or uint8";
            case "SHAPE", "STRIDED_SLICE", "PACK" ->
                "; converters write it for a batch that is not fixed, convert with a fixed batch of 1";
            case "SOFTMAX", "LOGISTIC" -> "; it keeps the order of the outputs, cut it off or run it on the CPU";
            default -> "";
        };
        return "is no Dense layer" + hint + ". Compiled here are FULLY_CONNECTED, RESHAPE, and QUANTIZE at the ends";
    }

    private BadInputException refuse(Operator operator, String reason) {
        return OperatorNumbers.refusal(model, operator, reason);
    }
}
