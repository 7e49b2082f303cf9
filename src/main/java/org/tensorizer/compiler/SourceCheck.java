package org.tensorizer.compiler;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TfliteModel;

/**
 * Holds the quantized tensors that operators of a source take and give to what any reader of TFLite's format may count on,
 * wherever in the graph they are: a source that contradicts itself is refused as a whole and never cut.
 */
final class SourceCheck {
    private final TfliteModel model;
    private final Tensor tensor;

    private SourceCheck(TfliteModel model, Tensor tensor) {
        this.model = model;
        this.tensor = tensor;
    }

    /** @throws BadInputException a tensor has no elements or an impossible quantization; the message names it */
    static void require(TfliteModel model) {
        Set<Integer> used = new TreeSet<>(model.inputs());
        for (Operator operator : model.operators()) {
            used.addAll(operator.inputs());
            used.addAll(operator.outputs());
        }
        for (int index : used) {
            if (index >= 0 && TensorDomain.has(model.tensors().get(index).type())) {
                new SourceCheck(model, model.tensors().get(index)).require();
            }
        }
    }

    private void require() {
        if (tensor.shape().contains(0)) {
            throw refuse("has shape " + tensor.shape() + ", which is empty: expected dimensions of 1 or more");
        }
        List<Float> scales = tensor.scales();
        if (scales.size() != tensor.zeroPoints().size()) {
            throw refuse("has " + scales.size() + " scales and "
                    + tensor.zeroPoints().size() + " zero points, expected as many of both");
        }
        if (scales.size() > 1) {
            int axis = tensor.quantizedDimension();
            int channels = axis < 0 || axis >= tensor.shape().size()
                    ? -1
                    : tensor.shape().get(axis);
            if (channels != scales.size()) {
                throw refuse("has " + scales.size() + " scales along dimension " + axis + " of its shape "
                        + tensor.shape() + ", expected one, or one for each index");
            }
        }
        for (int i = 0; i < scales.size(); i++) {
            requireScale(scales.get(i), scales.size() > 1);
            requireZeroPoint(tensor.zeroPoints().get(i));
        }
    }

    /** A channel of nothing but zeros may have scale 0. */
    private void requireScale(float scale, boolean ofChannel) {
        if (!Float.isFinite(scale) || scale < 0 || scale == 0 && !ofChannel) {
            throw refuse("has scale " + scale + ", expected a positive finite number");
        }
    }

    private void requireZeroPoint(long zeroPoint) {
        long unsigned = TensorDomain.chipZeroPoint(tensor.type(), zeroPoint);
        if (unsigned < 0 || unsigned > 255) {
            throw refuse("has zero point " + zeroPoint + ", which is no " + tensor.type());
        }
    }

    private BadInputException refuse(String reason) {
        return new BadInputException(
                model.name() + ": tensor " + tensor.index() + " (" + Printable.name(tensor.name()) + ") " + reason);
    }
}
