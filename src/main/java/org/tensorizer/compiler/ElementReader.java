package org.tensorizer.compiler;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorizer.compiler.Element.FunctionPart;
import org.tensorizer.compiler.Element.ImageStep;
import org.tensorizer.compiler.Element.LayerPart;
import org.tensorizer.compiler.Element.MeanPart;
import org.tensorizer.compiler.Element.Part;
import org.tensorizer.compiler.Element.Renamed;
import org.tensorizer.compiler.Element.SoftmaxPart;
import org.tensorizer.isa.Chip;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.OperatorOptions.Padding;
import org.tensorizer.model.Tensor;
import org.tensorizer.template.OperatorNumbers;

/** Reads operators one by one; what came before decides what may follow. */
final class ElementReader {
    private final OperatorView view;
    private final StepReader steps;
    private Stage stage = Stage.INPUT;

    private enum Stage {
        INPUT,
        IMAGES,
        /** Behind the mean, or a function: one pixel. */
        VECTOR,
        LAYERS,
        END
    }

    /** @param view kept up to date by the caller */
    ElementReader(OperatorView view) {
        this.view = view;
        this.steps = new StepReader(view);
    }

    /** @param padding a PAD in front of the operator */
    Part read(Operator operator, Optional<Operator> padding) {
        String name = operator.name();
        boolean window = name.equals("CONV_2D") || name.equals("DEPTHWISE_CONV_2D");
        if (padding.isPresent() && !window) {
            throw view.refuse(operator, "stands behind a PAD, which is covered in front of convolutions alone");
        }
        return switch (name) {
            case "FULLY_CONNECTED" -> layer(operator);
            case "AVERAGE_POOL_2D" -> averagePool(operator);
            case "MEAN" -> mean(operator);
            case "SOFTMAX" -> softmax(operator);
            case "LOGISTIC", "TANH" ->
                isVector(view.input(operator)) ? function(operator) : imageStep(operator, padding);
            case "RESHAPE", "SQUEEZE" -> renamed(operator);
            case "QUANTIZE" -> view.isRenaming(operator) ? new Renamed() : imageStep(operator, padding);
            case "CONV_2D" ->
                isVector(view.input(operator)) || takesWhole(operator, padding)
                        ? wholeConvolution(operator)
                        : imageStep(operator, padding);
            default -> imageStep(operator, padding);
        };
    }

    private ImageStep imageStep(Operator operator, Optional<Operator> padding) {
        String name = operator.name();
        ImageStep step = switch (name) {
            case "CONV_2D", "DEPTHWISE_CONV_2D" -> steps.convolution(behindImages(operator), padding);
            case "MAX_POOL_2D" -> steps.maximum(behindSteps(operator));
            case "ADD" -> steps.sum(behindSteps(operator));
            case "MUL" -> steps.product(behindSteps(operator));
            case "CONCATENATION" -> steps.concatenation(behindSteps(operator));
            case "LOGISTIC", "TANH" -> steps.function(behindSteps(operator));
            case "QUANTIZE" -> steps.quantize(behindSteps(operator));
            case "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR" -> steps.resize(behindSteps(operator));
            default -> throw view.refuse(operator, "is not covered");
        };
        stage = Stage.IMAGES;
        return step;
    }

    /** A PAD is covered if it can be taken for the convolution to follow. */
    void pad(Operator operator) {
        steps.pad(behindImages(operator));
    }

    private boolean isVector(Tensor tensor) {
        return view.isVector(tensor.index());
    }

    private Operator behindImages(Operator operator) {
        if (stage != Stage.INPUT && stage != Stage.IMAGES) {
            throw view.refuse(operator, "stands behind what ends the images");
        }
        if (view.input(operator).shape().size() != 4) {
            throw view.refuse(operator, "takes shape " + view.input(operator).shape() + ", expected an image");
        }
        return operator;
    }

    private Operator behindSteps(Operator operator) {
        requireImages(operator);
        return behindImages(operator);
    }

    private void requireImages(Operator operator) {
        if (stage == Stage.INPUT) {
            throw view.refuse(operator, "does not stand behind a convolution");
        }
        if (stage != Stage.IMAGES) {
            throw view.refuse(operator, "stands behind what ends the images");
        }
    }

    private void requireVector(Operator operator) {
        if (!view.isVector(operator.inputs().get(0))) {
            throw view.refuse(
                    operator,
                    "takes tensor " + operator.inputs().get(0) + "; behind the images one chain of layers is covered");
        }
    }

    /** Whether the window of a convolution has one place, the whole image: that is a fully connected layer. */
    private boolean takesWhole(Operator operator, Optional<Operator> padding) {
        List<Integer> image = view.input(operator).shape();
        List<Integer> weights =
                view.model().tensors().get(operator.inputs().get(1)).shape();
        return stage == Stage.IMAGES
                && padding.isEmpty()
                && image.size() == 4
                && weights.size() == 4
                && image.subList(1, 4).equals(weights.subList(1, 4))
                && view.options(operator, OperatorOptions.Convolution.class).padding() == Padding.VALID;
    }

    private Part wholeConvolution(Operator operator) {
        OperatorNumbers numbers = new OperatorNumbers(view.model(), operator);
        OperatorOptions.Convolution options = view.options(operator, OperatorOptions.Convolution.class);
        List<Integer> shape = numbers.weightShape();
        if (shape.size() != 4
                || shape.get(1) * shape.get(2) != 1 && isVector(view.input(operator))
                || options.dilationY() > 1
                || options.dilationX() > 1) {
            throw view.refuse(
                    operator,
                    "has weights of shape " + shape + ", dilations " + options.dilationY() + ", " + options.dilationX()
                            + ", expected 1x1 on one pixel, or the whole image");
        }
        int inputs = shape.get(1) * shape.get(2) * shape.get(3);
        return layer(operator, numbers, shape.get(0), inputs, options.activation());
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
        if (stage == Stage.END) {
            throw view.refuse(operator, "stands behind a softmax");
        }
        if (view.input(operator).elements() != inputs) {
            throw view.refuse(operator, "takes " + view.input(operator).elements() + " numbers, its weights " + inputs);
        }
        if (stage == Stage.INPUT || stage == Stage.IMAGES) {
            view.requireNewest(operator);
        } else {
            requireVector(operator);
        }
        ConvolutionReader.Parameters parameters =
                ConvolutionReader.Parameters.of(numbers, outputs, 0, numbers.chipWeights());
        stage = Stage.LAYERS;
        return new LayerPart(new Head.Layer(
                inputs,
                outputs,
                parameters.format(),
                numbers.activation(activation),
                parameters.quantization(),
                parameters.numbers().weights(),
                parameters.numbers().bias(),
                parameters.numbers().weightScales()));
    }

    private Part averagePool(Operator operator) {
        OperatorOptions.Pool options = view.options(operator, OperatorOptions.Pool.class);
        List<Integer> shape = view.input(operator).shape();
        requireImages(operator);
        if (shape.size() != 4
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
        requireImages(operator);
        if (!Arrays.equals(axes, new int[] {1, 2})) {
            throw view.refuse(operator, "is covered behind convolutions and over the whole image");
        }
        return mean(operator, 1);
    }

    private Part mean(Operator operator, int stride) {
        view.requireNewest(operator);
        stage = Stage.VECTOR;
        Tensor in = view.input(operator);
        Tensor out = view.output(operator);
        return new MeanPart(new Head.Mean(
                in.scale(), view.zeroPoint(operator, in), out.scale(), view.zeroPoint(operator, out), stride));
    }

    private Part function(Operator operator) {
        if (stage != Stage.LAYERS) {
            throw view.refuse(operator, "does not stand behind a fully connected layer");
        }
        stage = Stage.VECTOR;
        return new FunctionPart(steps.element(operator));
    }

    private Part softmax(Operator operator) {
        Tensor in = view.input(operator);
        Tensor out = view.output(operator);
        int classes = Math.toIntExact(in.elements());
        if (in.shape().get(in.shape().size() - 1) != classes || classes > Chip.LANES * Chip.TILES) {
            throw view.refuse(
                    operator,
                    "takes shape " + in.shape() + ", expected one row of at most " + Chip.LANES * Chip.TILES
                            + " classes");
        }
        if (stage == Stage.INPUT || stage == Stage.IMAGES) {
            view.requireNewest(operator);
        } else if (stage == Stage.END) {
            throw view.refuse(operator, "stands behind another softmax");
        } else {
            requireVector(operator);
        }
        float beta = view.options(operator, OperatorOptions.Softmax.class).beta();
        Head.Softmax numbers = new Head.Softmax(
                in.scale(), view.zeroPoint(operator, in), beta, out.scale(), view.zeroPoint(operator, out));
        boolean passed = stage != Stage.LAYERS;
        stage = Stage.END;
        return new SoftmaxPart(passed ? Optional.of(numbers.passing(classes)) : Optional.empty(), numbers);
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
