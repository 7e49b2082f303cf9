package org.tensorizer.network.lift;

import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.template.BuiltinFields;
import org.tensorizer.template.BuiltinFields.Steps;
import org.tensorizer.template.TfliteWriter;

/**
 * What lifted operators are told besides their tensors.
 *
 * @param model for messages
 */
record LiftedOptions(String model, TfliteWriter writer) {
    /** A constant tensor of int32. */
    int integers(String name, List<Integer> values) {
        int[] numbers = values.stream().mapToInt(Integer::intValue).toArray();
        return writer.integers(name, List.of(numbers.length), null, numbers);
    }

    private static FusedActivation fused(GraphOperator operator) {
        return operator.activation().orElse(FusedActivation.NONE);
    }

    /** Options of an operator; constants that it takes as inputs are added to them. */
    BuiltinFields of(GraphOperator operator, List<Integer> inputs) {
        String name = "tensor_" + operator.output().index();
        if (operator instanceof LayerOperator layer) {
            LayerOperator.Geometry g = layer.geometry();
            boolean same = g.same() || layer.kind() == LayerOperator.Kind.CHANNELWISE;
            Steps steps = new Steps(same, g.strideX(), g.strideY(), g.dilationX(), g.dilationY());
            return switch (layer.kind()) {
                case FULLY_CONNECTED -> BuiltinFields.fullyConnected(fused(layer));
                case CONV_2D -> BuiltinFields.convolution(steps, fused(layer));
                case DEPTHWISE_CONV_2D, CHANNELWISE -> BuiltinFields.depthwise(steps, fused(layer));
            };
        } else if (operator instanceof GraphOperator.Pool pool) {
            GraphOperator.Pool.Window w = pool.window();
            if (!pool.name().equals("MEAN")) {
                Steps steps = new Steps(w.same(), w.strideX(), w.strideY(), 1, 1);
                return BuiltinFields.pool(steps, w.width(), w.height(), fused(pool));
            }
            if (!pool.output().shape().isFlat()) {
                throw new BadInputException(model + ": " + pool.places() + ": MEAN over windows of " + w.height() + "x"
                        + w.width() + ", which TFLite has for whole tensors only");
            }
            inputs.add(integers(name + "_axes", List.of(1, 2)));
            return BuiltinFields.mean();
        } else if (operator instanceof GraphOperator.Add) {
            return BuiltinFields.add(fused(operator));
        } else if (operator instanceof GraphOperator.Multiply) {
            return BuiltinFields.multiply(fused(operator));
        } else if (operator instanceof GraphOperator.Pad pad) {
            int[] paddings = {0, 0, pad.top(), pad.bottom(), pad.left(), pad.right(), 0, 0};
            inputs.add(writer.integers(name + "_paddings", List.of(4, 2), null, paddings));
            return BuiltinFields.pad();
        } else if (operator instanceof GraphOperator.Concatenation concatenation) {
            return BuiltinFields.concatenation(1 + concatenation.axis());
        } else if (operator instanceof GraphOperator.Slice slice) {
            Shape size = slice.output().shape();
            inputs.add(integers(name + "_begin", List.of(0, slice.y(), slice.x(), slice.c())));
            inputs.add(integers(name + "_size", List.of(1, size.height(), size.width(), size.channels())));
            return BuiltinFields.NONE;
        } else if (operator instanceof GraphOperator.Resize resize) {
            Shape size = resize.output().shape();
            inputs.add(integers(name + "_size", List.of(size.height(), size.width())));
            return BuiltinFields.resizeBilinear();
        } else if (operator instanceof GraphOperator.Softmax) {
            return BuiltinFields.softmax(1);
        }
        return BuiltinFields.NONE;
    }
}
