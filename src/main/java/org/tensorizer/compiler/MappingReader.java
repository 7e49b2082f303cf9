package org.tensorizer.compiler;

import java.util.List;
import java.util.Optional;
import org.tensorizer.compiler.Element.ImageStep;
import org.tensorizer.conv.Enlargement;
import org.tensorizer.conv.Mapping;
import org.tensorizer.conv.Step;
import org.tensorizer.dense.Elementwise;
import org.tensorizer.dense.Function;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.Tensor;

/** Reads operators that make one image of one without weights: LOGISTIC, TANH, QUANTIZE, resizes. */
final class MappingReader {
    private final OperatorView view;
    private final ChainTensors tensors;

    MappingReader(OperatorView view, ChainTensors tensors) {
        this.view = view;
        this.tensors = tensors;
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
        return step(operator, new Mapping(in.shape().get(3), element, view.zeroPoint(operator, in), operator.name()));
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
        return step(operator, new Enlargement(in.get(3), bilinear, view.zeroPoint(operator, view.input(operator))));
    }

    private ImageStep step(Operator operator, Step step) {
        return new ImageStep(step, tensors.image(operator, view.input(operator)), Optional.empty());
    }
}
