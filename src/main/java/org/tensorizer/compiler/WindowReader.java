package org.tensorizer.compiler;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorizer.compiler.Element.ImageStep;
import org.tensorizer.conv.MaxPool;
import org.tensorizer.conv.Window;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.OperatorOptions.Padding;
import org.tensorizer.model.Tensor;

/** Reads operators that move a window over an image: convolutions, a PAD in front of them, maxima. */
final class WindowReader {
    private final OperatorView view;
    private final ChainTensors tensors;

    WindowReader(OperatorView view, ChainTensors tensors) {
        this.view = view;
        this.tensors = tensors;
    }

    /** @param padding a PAD in front of the operator */
    ImageStep convolution(Operator operator, Optional<Operator> padding) {
        Tensor input = view.input(padding.orElse(operator));
        return new ConvolutionReader(view, operator, input.shape().get(3))
                .read(tensors.image(operator, input), padding);
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
        return new ImageStep(
                new MaxPool(shape.get(3), Window.valid(kernel, stride), view.zeroPoint(operator, view.input(operator))),
                tensors.image(operator, view.input(operator)),
                Optional.empty());
    }
}
