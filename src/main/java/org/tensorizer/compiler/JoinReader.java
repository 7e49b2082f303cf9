package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorizer.compiler.Element.ImageStep;
import org.tensorizer.conv.Concatenation;
import org.tensorizer.conv.Product;
import org.tensorizer.conv.Step;
import org.tensorizer.conv.Sum;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.Tensor;

/** Reads operators that make one image of several: ADD, MUL, CONCATENATION. */
final class JoinReader {
    private final OperatorView view;
    private final ChainTensors tensors;

    JoinReader(OperatorView view, ChainTensors tensors) {
        this.view = view;
        this.tensors = tensors;
    }

    /** The two operands of a sum or a product, by the time they were made. */
    private record Pair(Tensor older, Tensor newer) {}

    private Pair pair(Operator operator) {
        if (operator.inputs().size() != 2) {
            throw view.refuse(operator, "has " + operator.inputs().size() + " inputs, expected two");
        }
        Tensor a = view.input(operator);
        Tensor b = view.tensor(operator.inputs().get(1));
        if (a.index() == b.index()) {
            throw view.refuse(operator, "takes tensor " + a.index() + " twice, expected two images");
        }
        int first = tensors.image(operator, a);
        int second = tensors.image(operator, b);
        if (first == second || !a.shape().equals(b.shape())) {
            throw view.refuse(
                    operator,
                    "takes tensors of shapes " + a.shape() + " and " + b.shape()
                            + ", expected two different images of one shape");
        }
        return first < second ? new Pair(a, b) : new Pair(b, a);
    }

    ImageStep sum(Operator operator) {
        Pair pair = pair(operator);
        return step(
                operator,
                pair,
                Sum.of(
                        pair.newer().shape().get(3),
                        tensors.image(operator, pair.older()),
                        operand(operator, pair.older()),
                        operand(operator, pair.newer()),
                        operand(operator, view.output(operator)),
                        activation(operator)));
    }

    ImageStep product(Operator operator) {
        Pair pair = pair(operator);
        Tensor output = view.output(operator);
        Quantization numbers = new Quantization(
                pair.older().scale(),
                view.zeroPoint(operator, pair.older()),
                pair.newer().scale(),
                view.zeroPoint(operator, pair.newer()),
                output.scale(),
                view.zeroPoint(operator, output));
        int older = tensors.image(operator, pair.older());
        return step(operator, pair, new Product(pair.newer().shape().get(3), older, numbers, activation(operator)));
    }

    private ImageStep step(Operator operator, Pair pair, Step step) {
        return new ImageStep(step, tensors.image(operator, pair.newer()), Optional.empty());
    }

    private Sum.Operand operand(Operator operator, Tensor tensor) {
        return new Sum.Operand(tensor.scale(), view.zeroPoint(operator, tensor));
    }

    private Activation activation(Operator operator) {
        FusedActivation fused =
                view.options(operator, OperatorOptions.Arithmetic.class).activation();
        return switch (fused) {
            case NONE -> Activation.NONE;
            case RELU -> Activation.RELU;
            case RELU6 -> Activation.RELU6;
            default -> throw view.refuse(operator, "fuses " + fused + ", expected none, RELU or RELU6");
        };
    }

    ImageStep concatenation(Operator operator) {
        OperatorOptions.Concatenation options = view.options(operator, OperatorOptions.Concatenation.class);
        Tensor output = view.output(operator);
        if (options.axis() != 3 && options.axis() != -1 || options.activation() != FusedActivation.NONE) {
            throw view.refuse(
                    operator,
                    "joins along dimension " + options.axis() + " with activation " + options.activation()
                            + ", expected the channels, 3, and none");
        }
        List<Concatenation.Operand> operands = new ArrayList<>();
        int newest = 0;
        for (int index : operator.inputs()) {
            Tensor tensor = view.tensor(index);
            int image = tensors.image(operator, tensor);
            newest = Math.max(newest, image);
            operands.add(
                    new Concatenation.Operand(image, tensor.shape().get(3), view.rescaled(operator, tensor, output)));
        }
        return new ImageStep(new Concatenation(operands), newest, Optional.empty());
    }
}
