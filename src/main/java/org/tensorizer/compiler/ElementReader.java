package org.tensorizer.compiler;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
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
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.OperatorOptions.Padding;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.OperatorNumbers;

/** Reads operators of a chain one by one; what came before decides what may follow. */
final class ElementReader {
    private final TfliteModel model;
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
        this.model = model;
        this.images = images;
    }

    /** @param padding a PAD in front of the operator */
    Part read(Operator operator, Optional<Operator> padding) {
        String name = operator.name();
        boolean window = name.equals("CONV_2D") || name.equals("DEPTHWISE_CONV_2D");
        if (padding.isPresent() && !window) {
            throw refuse(operator, "stands behind a PAD, which is covered in front of convolutions alone");
        }
        return switch (name) {
            case "CONV_2D" -> isVector(input(operator))
                    ? pointConvolution(operator)
                    : convolution(operator, padding, false);
            case "DEPTHWISE_CONV_2D" -> convolution(operator, padding, true);
            case "MAX_POOL_2D" -> maximum(operator);
            case "ADD" -> sum(operator);
            case "AVERAGE_POOL_2D" -> averagePool(operator);
            case "MEAN" -> mean(operator);
            case "FULLY_CONNECTED" -> layer(operator);
            case "SOFTMAX" -> softmax(operator);
            case "RESHAPE", "SQUEEZE" -> renamed(operator);
            default -> throw refuse(operator, "is not covered");
        };
    }

    private Tensor input(Operator operator) {
        return model.tensors().get(operator.inputs().get(0));
    }

    private Tensor output(Operator operator) {
        return model.tensors().get(operator.outputs().get(0));
    }

    private BadInputException refuse(Operator operator, String reason) {
        return OperatorNumbers.refusal(model, operator, reason);
    }

    private boolean isVector(Tensor tensor) {
        List<Integer> shape = tensor.shape();
        return stage != Stage.INPUT && tensor.elements() == shape.get(shape.size() - 1);
    }

    private void images(Operator operator) {
        if (stage != Stage.INPUT && stage != Stage.IMAGES) {
            throw refuse(operator, "stands behind what ends the images");
        }
        if (input(operator).shape().size() != 4) {
            throw refuse(operator, "takes shape " + input(operator).shape() + ", expected an image");
        }
        stage = Stage.IMAGES;
    }

    private Part convolution(Operator operator, Optional<Operator> padding, boolean depthwise) {
        images(operator);
        OperatorNumbers numbers = new OperatorNumbers(model, operator);
        OperatorOptions.Convolution options = options(operator, OperatorOptions.Convolution.class);
        List<Integer> shape = numbers.weightShape();
        if (shape.size() != 4 || !shape.get(1).equals(shape.get(2))) {
            throw refuse(operator, "has weights of shape " + shape + ", expected a square window");
        }
        if (options.strideY() != options.strideX() || options.dilationY() > 1 || options.dilationX() > 1) {
            throw refuse(
                    operator,
                    "has strides " + options.strideY() + ", " + options.strideX() + " and dilations "
                            + options.dilationY() + ", " + options.dilationX()
                            + ", expected one stride and no dilation");
        }
        int channels = input(operator).shape().get(3);
        int outputs = shape.get(depthwise ? 3 : 0);
        if (shape.get(depthwise ? 0 : 3) != (depthwise ? 1 : channels) || depthwise && outputs != channels) {
            throw refuse(
                    operator,
                    "has weights of shape " + shape + " for " + channels
                            + " channels; depth multipliers and groups are not covered");
        }
        boolean valid = options.padding() == Padding.VALID && shape.get(1) > 1;
        if (padding.isPresent()) {
            requireSame(operator, padding.get(), shape.get(1), options.strideY(), valid);
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
        int[] amounts = constants(operator, 1);
        if (amounts.length != 8 || amounts[0] + amounts[1] + amounts[6] + amounts[7] != 0) {
            throw refuse(operator, "pads by " + Arrays.toString(amounts) + ", expected rows and columns of an image");
        }
        requireSameNumbers(operator);
    }

    /** A VALID convolution of a padded image that is the SAME one of the image. */
    private void requireSame(Operator operator, Operator padding, int kernel, int stride, boolean valid) {
        int[] amounts = constants(padding, 1);
        for (int axis = 1; axis <= 2; axis++) {
            int pixels = input(padding).shape().get(axis);
            int before = amounts[2 * axis];
            int after = amounts[2 * axis + 1];
            int same = Window.same(kernel, stride).outputs(pixels);
            int total = Math.max((same - 1) * stride + kernel - pixels, 0);
            if (!valid || (pixels + before + after - kernel) / stride + 1 != same || before != total / 2) {
                throw refuse(
                        operator,
                        "stands behind a PAD by " + Arrays.toString(amounts)
                                + ", which is not what SAME would pad");
            }
        }
    }

    private Part pointConvolution(Operator operator) {
        OperatorNumbers numbers = new OperatorNumbers(model, operator);
        OperatorOptions.Convolution options = options(operator, OperatorOptions.Convolution.class);
        List<Integer> shape = numbers.weightShape();
        if (shape.size() != 4 || shape.get(1) * shape.get(2) != 1) {
            throw refuse(operator, "has weights of shape " + shape + " on one pixel, expected 1x1");
        }
        return layer(operator, numbers, shape.get(0), shape.get(3), options.activation());
    }

    private Part layer(Operator operator) {
        OperatorNumbers numbers = new OperatorNumbers(model, operator);
        OperatorOptions.FullyConnected options = options(operator, OperatorOptions.FullyConnected.class);
        List<Integer> shape = numbers.weightShape();
        if (shape.size() != 2 || options.weightsFormat() != 0) {
            throw refuse(
                    operator,
                    "has weights of shape " + shape + ", format " + options.weightsFormat() + ", expected [out, in], 0");
        }
        return layer(operator, numbers, shape.get(0), shape.get(1), options.activation());
    }

    private Part layer(
            Operator operator, OperatorNumbers numbers, int outputs, int inputs, FusedActivation activation) {
        if (stage == Stage.INPUT || stage == Stage.END) {
            throw refuse(operator, stage == Stage.END ? "stands behind a softmax" : "stands behind no convolution");
        }
        if (input(operator).elements() != inputs) {
            throw refuse(operator, "takes " + input(operator).elements() + " numbers, its weights " + inputs);
        }
        float[] scales = numbers.weightScales(outputs, 0);
        if (scales.length > 1) {
            throw refuse(operator, "has a weight scale for each output, expected one");
        }
        int[] bias = numbers.bias(outputs, 0).orElse(new int[outputs]);
        Activation clamps = numbers.activation(activation);
        stage = Stage.LAYERS;
        return new LayerPart(new Head.Layer(
                inputs, outputs, clamps, numbers.quantization(scales), numbers.chipWeights(), bias));
    }

    private Part maximum(Operator operator) {
        requireBehindImages(operator);
        OperatorOptions.Pool options = options(operator, OperatorOptions.Pool.class);
        int kernel = options.height();
        int stride = options.strideY();
        if (kernel != options.width()
                || stride != options.strideX()
                || options.activation() != FusedActivation.NONE) {
            throw refuse(operator, "has options " + options + ", expected a square window and no activation");
        }
        requireSameNumbers(operator);
        List<Integer> shape = input(operator).shape();
        if (options.padding() == Padding.SAME
                && (kernel != stride || shape.get(1) % stride != 0 || shape.get(2) % stride != 0)) {
            throw refuse(operator, "pads the border of " + shape + ", which is not covered");
        }
        return new ImageStep(
                new MaxPool(shape.get(3), Window.valid(kernel, stride), zeroPoint(operator, input(operator))),
                Optional.empty());
    }

    private void requireBehindImages(Operator operator) {
        if (stage != Stage.IMAGES) {
            throw refuse(operator, "does not stand behind a convolution");
        }
    }

    private Part sum(Operator operator) {
        requireBehindImages(operator);
        if (operator.inputs().size() != 2) {
            throw refuse(operator, "has " + operator.inputs().size() + " inputs, expected two");
        }
        Tensor a = input(operator);
        Tensor b = model.tensors().get(operator.inputs().get(1));
        int newest = images.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        boolean firstIsOlder = images.getOrDefault(a.index(), newest) < newest;
        Tensor older = firstIsOlder ? a : b;
        Tensor before = firstIsOlder ? b : a;
        Integer number = images.get(older.index());
        if (number == null || number == newest || !a.shape().equals(b.shape())) {
            throw refuse(
                    operator,
                    "adds tensors of shapes " + a.shape() + " and " + b.shape()
                            + ", expected two images of the chain of one shape");
        }
        OperatorOptions.Arithmetic options = options(operator, OperatorOptions.Arithmetic.class);
        Activation activation = switch (options.activation()) {
            case NONE -> Activation.NONE;
            case RELU -> Activation.RELU;
            case RELU6 -> Activation.RELU6;
            default -> throw refuse(operator, "fuses " + options.activation() + ", expected none, RELU or RELU6");
        };
        return new ImageStep(
                Sum.of(
                        a.shape().get(3),
                        number,
                        operand(operator, older),
                        operand(operator, before),
                        operand(operator, output(operator)),
                        activation),
                Optional.empty());
    }

    private Sum.Operand operand(Operator operator, Tensor tensor) {
        return new Sum.Operand(tensor.scale(), zeroPoint(operator, tensor));
    }

    private Part averagePool(Operator operator) {
        OperatorOptions.Pool options = options(operator, OperatorOptions.Pool.class);
        List<Integer> shape = input(operator).shape();
        if (stage != Stage.IMAGES
                || shape.size() != 4
                || options.height() != shape.get(1)
                || options.width() != shape.get(2)
                || options.activation() != FusedActivation.NONE) {
            throw refuse(operator, "is covered behind convolutions, over the whole image and without activation");
        }
        return mean(operator, options.strideY());
    }

    private Part mean(Operator operator) {
        int[] axes = constants(operator, 1);
        Arrays.sort(axes);
        if (stage != Stage.IMAGES || !Arrays.equals(axes, new int[] {1, 2})) {
            throw refuse(operator, "is covered behind convolutions and over the whole image");
        }
        return mean(operator, 1);
    }

    private Part mean(Operator operator, int stride) {
        stage = Stage.VECTOR;
        Tensor in = input(operator);
        Tensor out = output(operator);
        return new MeanPart(new Head.Mean(
                in.scale(), zeroPoint(operator, in), out.scale(), zeroPoint(operator, out), stride));
    }

    private Part softmax(Operator operator) {
        if (stage != Stage.LAYERS) {
            throw refuse(operator, "does not stand behind a fully connected layer");
        }
        stage = Stage.END;
        Tensor in = input(operator);
        Tensor out = output(operator);
        float beta = options(operator, OperatorOptions.Softmax.class).beta();
        return new SoftmaxPart(new Head.Softmax(
                in.scale(), zeroPoint(operator, in), beta, out.scale(), zeroPoint(operator, out)));
    }

    private Part renamed(Operator operator) {
        if (input(operator).elements() != output(operator).elements()) {
            throw refuse(
                    operator, "from " + input(operator).shape() + " to " + output(operator).shape());
        }
        requireSameNumbers(operator);
        return new Renamed();
    }

    private void requireSameNumbers(Operator operator) {
        Tensor in = input(operator);
        Tensor out = output(operator);
        if (in.type() != out.type() || !in.scales().equals(out.scales()) || !in.zeroPoints().equals(out.zeroPoints())) {
            throw refuse(
                    operator,
                    "changes scale or zero point from " + in.scales() + ", " + in.zeroPoints() + " to " + out.scales()
                            + ", " + out.zeroPoints());
        }
    }

    private int zeroPoint(Operator operator, Tensor tensor) {
        if (!TensorDomain.has(tensor.type()) || !tensor.isQuantizedPerTensor()) {
            throw refuse(
                    operator,
                    "has tensor " + tensor.index() + " (" + Printable.name(tensor.name()) + ") of " + tensor.type()
                            + " with " + tensor.scales().size() + " scales, expected INT8 or UINT8 with one");
        }
        Quantization checked = Quantization.perChannel(
                tensor.scale(), tensor.domain().chipZeroPoint(), tensor.scale(), 0);
        return checked.inputZeroPoint();
    }

    private int[] constants(Operator operator, int index) {
        Tensor tensor = model.tensors().get(operator.inputs().get(index));
        if (tensor.data().isEmpty() || tensor.data().length() % Integer.BYTES != 0) {
            throw refuse(operator, "takes tensor " + tensor.index() + ", expected constants of INT32");
        }
        ByteBuffer data = model.bytes(tensor.data()).order(ByteOrder.LITTLE_ENDIAN);
        int[] values = new int[tensor.data().length() / Integer.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = data.getInt();
        }
        return values;
    }

    private <T> T options(Operator operator, Class<T> kind) {
        if (!kind.isInstance(operator.options())) {
            throw refuse(operator, "has no options of its kind, found " + operator.options());
        }
        return kind.cast(operator.options());
    }
}
