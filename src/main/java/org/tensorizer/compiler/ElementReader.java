package org.tensorizer.compiler;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorizer.compiler.Element.ImageStep;
import org.tensorizer.compiler.Element.LayerPart;
import org.tensorizer.compiler.Element.MeanPart;
import org.tensorizer.compiler.Element.Part;
import org.tensorizer.compiler.Element.Renamed;
import org.tensorizer.compiler.Element.SoftmaxPart;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.MaxPool;
import org.tensorizer.conv.Sum;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.OperatorOptions.Padding;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.OperatorNumbers;

/** Reads operators of a chain one by one; what came before decides what may follow. */
final class ElementReader {
    private final OperatorView view;
    private final Map<Integer, Integer> images;
    private Stage stage = Stage.INPUT;

    private enum Stage {
        INPUT,
        IMAGES,
        /** Behind the mean: one pixel. */
        VECTOR,
        LAYERS,
        END
    }

    /** @param images number of the image that a tensor is, kept up to date by the caller */
    ElementReader(TfliteModel model, Map<Integer, Integer> images) {
        this.view = new OperatorView(model);
        this.images = images;
    }

    /** @param padding a PAD in front of the operator */
    Part read(Operator operator, Optional<Operator> padding) {
        String name = operator.name();
        boolean window = name.equals("CONV_2D") || name.equals("DEPTHWISE_CONV_2D");
        if (padding.isPresent() && !window) {
            throw view.refuse(operator, "stands behind a PAD, which is covered in front of convolutions alone");
        }
        return switch (name) {
            case "CONV_2D" ->
                isVector(view.input(operator)) ? pointConvolution(operator) : convolution(operator, padding, false);
            case "DEPTHWISE_CONV_2D" -> convolution(operator, padding, true);
            case "MAX_POOL_2D" -> maximum(operator);
            case "ADD" -> sum(operator);
            case "AVERAGE_POOL_2D" -> averagePool(operator);
            case "MEAN" -> mean(operator);
            case "FULLY_CONNECTED" -> layer(operator);
            case "SOFTMAX" -> softmax(operator);
            case "RESHAPE", "SQUEEZE" -> renamed(operator);
            default -> throw view.refuse(operator, "is not covered");
        };
    }

    private boolean isVector(Tensor tensor) {
        List<Integer> shape = tensor.shape();
        return stage != Stage.INPUT && tensor.elements() == shape.get(shape.size() - 1);
    }

    private void images(Operator operator) {
        if (stage != Stage.INPUT && stage != Stage.IMAGES) {
            throw view.refuse(operator, "stands behind what ends the images");
        }
        if (view.input(operator).shape().size() != 4) {
            throw view.refuse(operator, "takes shape " + view.input(operator).shape() + ", expected an image");
        }
        stage = Stage.IMAGES;
    }

    private Part convolution(Operator operator, Optional<Operator> padding, boolean depthwise) {
        images(operator);
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
        int channels = view.input(operator).shape().get(3);
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
                Optional.of(new ConvolutionPayload.Numbers(
                        numbers.chipWeights(), hasBias ? bias : new int[0], perChannel ? scales : new float[0])));
    }

    /** A PAD is covered if it can be taken for the convolution to follow. */
    void pad(Operator operator) {
        images(operator);
        int[] amounts = view.constants(operator, 1);
        if (amounts.length != 8 || amounts[0] + amounts[1] + amounts[6] + amounts[7] != 0) {
            throw view.refuse(
                    operator, "pads by " + Arrays.toString(amounts) + ", expected rows and columns of an image");
        }
        view.requireSameNumbers(operator);
    }

    private Part pointConvolution(Operator operator) {
        OperatorNumbers numbers = new OperatorNumbers(view.model(), operator);
        OperatorOptions.Convolution options = view.options(operator, OperatorOptions.Convolution.class);
        List<Integer> shape = numbers.weightShape();
        if (shape.size() != 4 || shape.get(1) * shape.get(2) != 1) {
            throw view.refuse(operator, "has weights of shape " + shape + " on one pixel, expected 1x1");
        }
        return layer(operator, numbers, shape.get(0), shape.get(3), options.activation());
    }

    private Part layer(Operator operator) {
        OperatorNumbers numbers = new OperatorNumbers(view.model(), operator);
        OperatorOptions.FullyConnected options = view.options(operator, OperatorOptions.FullyConnected.class);
        List<Integer> shape = numbers.weightShape();
        if (shape.size() != 2 || options.weightsFormat() != 0) {
            throw view.refuse(
                    operator,
                    "has weights of shape " + shape + ", format " + options.weightsFormat()
                            + ", expected [out, in], 0");
        }
        return layer(operator, numbers, shape.get(0), shape.get(1), options.activation());
    }

    private Part layer(
            Operator operator, OperatorNumbers numbers, int outputs, int inputs, FusedActivation activation) {
        if (stage == Stage.INPUT || stage == Stage.END) {
            throw view.refuse(
                    operator, stage == Stage.END ? "stands behind a softmax" : "stands behind no convolution");
        }
        if (view.input(operator).elements() != inputs) {
            throw view.refuse(operator, "takes " + view.input(operator).elements() + " numbers, its weights " + inputs);
        }
        float[] scales = numbers.weightScales(outputs, 0);
        boolean perChannel = scales.length > 1;
        int[] bias = numbers.bias(outputs, 0).orElse(new int[outputs]);
        boolean hasBias = !perChannel || Arrays.stream(bias).anyMatch(value -> value != 0);
        stage = Stage.LAYERS;
        return new LayerPart(new Head.Layer(
                inputs,
                outputs,
                ParameterFormat.of(perChannel, hasBias),
                numbers.activation(activation),
                numbers.quantization(scales),
                numbers.chipWeights(),
                hasBias ? bias : new int[0],
                perChannel ? scales : new float[0]));
    }

    private Part maximum(Operator operator) {
        requireBehindImages(operator);
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
                Optional.empty());
    }

    private void requireBehindImages(Operator operator) {
        if (stage != Stage.IMAGES) {
            throw view.refuse(operator, "does not stand behind a convolution");
        }
    }

    private Part sum(Operator operator) {
        requireBehindImages(operator);
        if (operator.inputs().size() != 2) {
            throw view.refuse(operator, "has " + operator.inputs().size() + " inputs, expected two");
        }
        Tensor a = view.input(operator);
        Tensor b = view.model().tensors().get(operator.inputs().get(1));
        int newest = images.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        boolean firstIsOlder = images.getOrDefault(a.index(), newest) < newest;
        Tensor older = firstIsOlder ? a : b;
        Tensor before = firstIsOlder ? b : a;
        Integer number = images.get(older.index());
        if (a.index() == b.index()) {
            throw view.refuse(operator, "adds tensor " + a.index() + " to itself, expected two images of the chain");
        }
        if (number == null || number == newest || !a.shape().equals(b.shape())) {
            throw view.refuse(
                    operator,
                    "adds tensors of shapes " + a.shape() + " and " + b.shape()
                            + ", expected two images of the chain of one shape");
        }
        OperatorOptions.Arithmetic options = view.options(operator, OperatorOptions.Arithmetic.class);
        Activation activation = switch (options.activation()) {
            case NONE -> Activation.NONE;
            case RELU -> Activation.RELU;
            case RELU6 -> Activation.RELU6;
            default -> throw view.refuse(operator, "fuses " + options.activation() + ", expected none, RELU or RELU6");
        };
        return new ImageStep(
                Sum.of(
                        a.shape().get(3),
                        number,
                        operand(operator, older),
                        operand(operator, before),
                        operand(operator, view.output(operator)),
                        activation),
                Optional.empty());
    }

    private Sum.Operand operand(Operator operator, Tensor tensor) {
        return new Sum.Operand(tensor.scale(), view.zeroPoint(operator, tensor));
    }

    private Part averagePool(Operator operator) {
        OperatorOptions.Pool options = view.options(operator, OperatorOptions.Pool.class);
        List<Integer> shape = view.input(operator).shape();
        if (stage != Stage.IMAGES
                || shape.size() != 4
                || options.height() != shape.get(1)
                || options.width() != shape.get(2)
                || options.activation() != FusedActivation.NONE) {
            throw view.refuse(operator, "is covered behind convolutions, over the whole image and without activation");
        }
        return mean(operator, options.strideY());
    }

    private Part mean(Operator operator) {
        int[] axes = view.constants(operator, 1);
        Arrays.sort(axes);
        if (stage != Stage.IMAGES || !Arrays.equals(axes, new int[] {1, 2})) {
            throw view.refuse(operator, "is covered behind convolutions and over the whole image");
        }
        return mean(operator, 1);
    }

    private Part mean(Operator operator, int stride) {
        stage = Stage.VECTOR;
        Tensor in = view.input(operator);
        Tensor out = view.output(operator);
        return new MeanPart(new Head.Mean(
                in.scale(), view.zeroPoint(operator, in), out.scale(), view.zeroPoint(operator, out), stride));
    }

    private Part softmax(Operator operator) {
        if (stage != Stage.LAYERS) {
            throw view.refuse(operator, "does not stand behind a fully connected layer");
        }
        stage = Stage.END;
        Tensor in = view.input(operator);
        Tensor out = view.output(operator);
        float beta = view.options(operator, OperatorOptions.Softmax.class).beta();
        return new SoftmaxPart(new Head.Softmax(
                in.scale(), view.zeroPoint(operator, in), beta, out.scale(), view.zeroPoint(operator, out)));
    }

    private Part renamed(Operator operator) {
        if (view.input(operator).elements() != view.output(operator).elements()) {
            throw view.refuse(
                    operator,
                    "from " + view.input(operator).shape() + " to "
                            + view.output(operator).shape());
        }
        view.requireSameNumbers(operator);
        return new Renamed();
    }
}
