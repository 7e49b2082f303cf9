package org.tensorizer.template;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TfliteModel;

/** One FULLY_CONNECTED of a source model, read into a {@link DenseSpec}. */
final class SourceLayer {
    private final Operator operator;
    private final List<String> notes;
    private final OperatorNumbers numbers;

    /** @throws org.tensorizer.base.BadInputException naming the operator and the reason */
    SourceLayer(TfliteModel model, Operator operator, List<String> notes) {
        this.operator = operator;
        this.notes = notes;
        numbers = new OperatorNumbers(model, operator);
    }

    /** @throws org.tensorizer.base.BadInputException naming the operator and the reason */
    DenseSpec.Builder spec() {
        List<Integer> weights = numbers.weightShape();
        if (weights.size() != 2) {
            throw numbers.refuse("has weights of shape " + weights + ", expected [out, in]");
        }
        OperatorOptions.FullyConnected options = options();
        int outputs = weights.get(0);
        int inputs = weights.get(1);
        if (numbers.input().elements() != inputs || numbers.output().elements() != outputs) {
            throw numbers.refuse("takes " + numbers.input().shape() + " to "
                    + numbers.output().shape() + " with weights of " + weights + ", expected [1, in] to [1, out] with"
                    + " [out, in]");
        }
        int[] bias = bias(outputs);
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

    private OperatorOptions.FullyConnected options() {
        if (!(operator.options() instanceof OperatorOptions.FullyConnected options)) {
            throw numbers.refuse("has no options of its kind, found " + operator.options());
        }
        if (options.weightsFormat() != 0) {
            throw numbers.refuse(
                    "has shuffled weights (format " + options.weightsFormat() + "), expected 0, row-major");
        }
        return options;
    }

    private int[] bias(int outputs) {
        Optional<int[]> bias = numbers.bias(outputs, 0);
        if (bias.isPresent() && Arrays.stream(bias.get()).allMatch(value -> value == 0)) {
            notes.add("operator " + operator.index() + ": a bias of all zeros is dropped, as edgetpu_compiler does");
            return new int[0];
        }
        return bias.orElse(new int[0]);
    }
}
