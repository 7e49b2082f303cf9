package org.tensorizer.compiler;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorizer.compiler.Element.ImageStep;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.MaxPool;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.OperatorOptions.Padding;
import org.tensorizer.model.Tensor;
import org.tensorizer.template.OperatorNumbers;

/** Reads operators that move a window over an image: convolutions, a PAD in front of them, maxima. */
final class WindowReader {
    private final OperatorView view;
    private final ChainTensors tensors;

    WindowReader(OperatorView view, ChainTensors tensors) {
        this.view = view;
        this.tensors = tensors;
    }

    ImageStep convolution(Operator operator, Optional<Operator> padding, boolean depthwise) {
        OperatorNumbers numbers = new OperatorNumbers(view.model(), operator);
        OperatorOptions.Convolution options = view.options(operator, OperatorOptions.Convolution.class);
        List<Integer> shape = numbers.weightShape();
        if (shape.size() != 4 || !shape.get(1).equals(shape.get(2))) {
            throw view.refuse(operator, "has weights of shape " + shape + ", expected a square window");
        }
        if (options.strideY() != options.strideX() || options.dilationY() > 1 || options.dilationX() > 1) {
            throw view.refuse(
                    operator,
                    "has strides " + options.strideY() + ", " + options.strideX() + " and dilations "
                            + options.dilationY() + ", " + options.dilationX()
                            + ", expected one stride and no dilation");
        }
        Tensor input = view.input(padding.orElse(operator));
        int channels = input.shape().get(3);
        int outputs = shape.get(depthwise ? 3 : 0);
        if (shape.get(depthwise ? 0 : 3) != (depthwise ? 1 : channels) || depthwise && outputs != channels) {
            throw view.refuse(
                    operator,
                    "has weights of shape " + shape + " for " + channels
                            + " channels; depth multipliers and groups are not covered");
        }
        boolean valid = options.padding() == Padding.VALID && shape.get(1) > 1;
        if (padding.isPresent()) {
            view.requireSame(operator, padding.get(), shape.get(1), options.strideY(), valid);
            valid = false;
        }
        float[] scales = numbers.weightScales(outputs, depthwise ? 3 : 0);
        boolean perChannel = scales.length > 1;
        int[] bias = numbers.bias(outputs, depthwise ? 3 : 0).orElse(new int[outputs]);
        boolean hasBias = !perChannel || Arrays.stream(bias).anyMatch(value -> value != 0);
        Convolution step = new Convolution(
                outputs,
                new Window(shape.get(1), options.strideY(), valid),
                depthwise,
                ParameterFormat.of(perChannel, hasBias),
                numbers.activation(options.activation()),
                numbers.quantization(scales));
        return new ImageStep(
                step,
                tensors.image(operator, input),
                Optional.of(new ConvolutionPayload.Numbers(
                        numbers.chipWeights(), hasBias ? bias : new int[0], perChannel ? scales : new float[0])));
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
