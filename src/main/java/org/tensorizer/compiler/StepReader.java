package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorizer.compiler.Element.ImageStep;
import org.tensorizer.conv.ChainStep;
import org.tensorizer.conv.Sum;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.Elementwise;
import org.tensorizer.dense.Function;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.OperatorOptions.Padding;
import org.tensorizer.model.Tensor;

/**
 * Reads operators over images: those that move a window (convolutions, a PAD in front of them, maxima), those that make one
 * image of several (ADD, MUL, CONCATENATION), and those that make one of one without weights (LOGISTIC, TANH, QUANTIZE,
 * resizes).
 */
final class StepReader {
    private final OperatorView view;

    StepReader(OperatorView view) {
        this.view = view;
    }

    /** @param padding a PAD in front of the operator */
    ImageStep convolution(Operator operator, Optional<Operator> padding) {
        Tensor input = view.input(padding.orElse(operator));
        return new ConvolutionReader(view, operator, input.shape().get(3)).read(view.image(operator, input), padding);
    }

    /** A PAD is covered if it can be taken for the convolution to follow. */
    void pad(Operator operator) {
        int[] amounts = view.constants(operator, 1);
        if (amounts.length != 8 || amounts[0] + amounts[1] + amounts[6] + amounts[7] != 0) {
            throw view.refuse(
                    operator, "pads by " + Arrays.toString(amounts) + ", expected rows and columns of an image");
        }
        view.requireSameNumbers(operator);
    }

    ImageStep maximum(Operator operator) {
        OperatorOptions.Pool options = view.options(operator, OperatorOptions.Pool.class);
        int kernel = options.height();
        int stride = options.strideY();
        if (kernel != options.width() || stride != options.strideX() || options.activation() != FusedActivation.NONE) {
            throw view.refuse(operator, "has options " + options + ", expected a square window and no activation");
        }
        view.requireSameNumbers(operator);
        List<Integer> shape = view.input(operator).shape();
        if (options.padding() == Padding.SAME
                && (kernel != stride || shape.get(1) % stride != 0 || shape.get(2) % stride != 0)) {
            throw view.refuse(operator, "pads the border of " + shape + ", which is not covered");
        }
        int zeroPoint = view.zeroPoint(operator, view.input(operator));
        return step(operator, new ChainStep.MaxPool(shape.get(3), Window.valid(kernel, stride), zeroPoint));
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
        int first = view.image(operator, a);
        int second = view.image(operator, b);
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
                pair.newer(),
                Sum.of(
                        pair.newer().shape().get(3),
                        view.image(operator, pair.older()),
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
        int older = view.image(operator, pair.older());
        return step(
                operator,
                pair.newer(),
                new ChainStep.Product(pair.newer().shape().get(3), older, numbers, activation(operator)));
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
        List<ChainStep.Concatenation.Operand> operands = new ArrayList<>();
        int newest = 0;
        for (int index : operator.inputs()) {
            Tensor tensor = view.tensor(index);
            int image = view.image(operator, tensor);
            newest = Math.max(newest, image);
            operands.add(new ChainStep.Concatenation.Operand(
                    image, tensor.shape().get(3), view.rescaled(operator, tensor, output)));
        }
        return new ImageStep(new ChainStep.Concatenation(operands), newest, Optional.empty());
    }

    ImageStep function(Operator operator) {
        return mapping(operator, element(operator));
    }

    /** A function of the numbers of any tensor. */
    Elementwise element(Operator operator) {
        Tensor in = view.input(operator);
        Tensor out = view.output(operator);
        return Elementwise.of(
                Function.valueOf(operator.name()),
                in.scale(),
                view.zeroPoint(operator, in),
                out.scale(),
                view.zeroPoint(operator, out));
    }

    ImageStep quantize(Operator operator) {
        return mapping(operator, view.rescaled(operator, view.input(operator), view.output(operator)));
    }

    private ImageStep mapping(Operator operator, Elementwise element) {
        Tensor in = view.input(operator);
        return step(
                operator,
                new ChainStep.Mapping(in.shape().get(3), element, view.zeroPoint(operator, in), operator.name()));
    }

    ImageStep resize(Operator operator) {
        OperatorOptions.Resize options = view.options(operator, OperatorOptions.Resize.class);
        boolean bilinear = operator.name().equals("RESIZE_BILINEAR");
        List<Integer> in = view.input(operator).shape();
        List<Integer> out = view.output(operator).shape();
        boolean doubled = out.get(1) == 2 * in.get(1) && out.get(2) == 2 * in.get(2);
        if (!doubled || options.alignCorners() || bilinear && !options.halfPixelCenters()) {
            throw view.refuse(
                    operator,
                    "resizes " + in + " to " + out + " with options " + options
                            + ", expected twice the size" + (bilinear ? ", half-pixel centers" : "")
                            + " and corners not aligned");
        }
        view.requireSameNumbers(operator);
        return step(
                operator,
                new ChainStep.Enlargement(in.get(3), bilinear, view.zeroPoint(operator, view.input(operator))));
    }

    private ImageStep step(Operator operator, ChainStep step) {
        return step(operator, view.input(operator), step);
    }

    private ImageStep step(Operator operator, Tensor source, ChainStep step) {
        return new ImageStep(step, view.image(operator, source), Optional.empty());
    }
}
