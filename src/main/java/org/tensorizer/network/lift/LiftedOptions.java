package org.tensorizer.network.lift;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.TensorType;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.template.PlainModelWriter;
import org.tensorizer.template.PlainModelWriter.Options;

/** What lifted operators are told besides their tensors. Union numbers and slots are those of TFLite's schema. */
final class LiftedOptions {
    private final String model;
    private final PlainModelWriter writer;

    /** @param model for messages */
    LiftedOptions(String model, PlainModelWriter writer) {
        this.model = model;
        this.writer = writer;
    }

    /** A constant tensor of int32. */
    int integers(String name, int... values) {
        ByteBuffer data = ByteBuffer.allocate(Integer.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asIntBuffer().put(values);
        return writer.tensor(name, TensorType.INT32, new int[] {values.length}, null, data.array());
    }

    private static byte code(GraphOperator operator) {
        return (byte) operator.activation().orElse(FusedActivation.NONE).ordinal();
    }

    private static int[] size(Shape shape) {
        return new int[] {1, shape.height(), shape.width(), shape.channels()};
    }

    private static Options options(int union, Object... slotsAndValues) {
        Map<Integer, Object> fields = new TreeMap<>();
        for (int i = 0; i < slotsAndValues.length; i += 2) {
            fields.put((Integer) slotsAndValues[i], slotsAndValues[i + 1]);
        }
        return new Options(union, fields);
    }

    /** Options of an operator; constants that it takes as inputs are added to them. */
    Options of(GraphOperator operator, List<Integer> inputs) {
        String name = "tensor_" + operator.output().index();
        if (operator instanceof LayerOperator layer) {
            LayerOperator.Geometry g = layer.geometry();
            byte valid = (byte) (g.same() || layer.kind() == LayerOperator.Kind.CHANNELWISE ? 0 : 1);
            return switch (layer.kind()) {
                case FULLY_CONNECTED -> options(8, 0, code(layer));
                case CONV_2D ->
                    options(
                            1,
                            0,
                            valid,
                            1,
                            g.strideX(),
                            2,
                            g.strideY(),
                            3,
                            code(layer),
                            4,
                            g.dilationX(),
                            5,
                            g.dilationY());
                case DEPTHWISE_CONV_2D, CHANNELWISE ->
                    options(
                            2,
                            0,
                            valid,
                            1,
                            g.strideX(),
                            2,
                            g.strideY(),
                            3,
                            1,
                            4,
                            code(layer),
                            5,
                            g.dilationX(),
                            6,
                            g.dilationY());
            };
        } else if (operator instanceof GraphOperator.Pool pool) {
            GraphOperator.Pool.Window w = pool.window();
            if (!pool.name().equals("MEAN")) {
                byte valid = (byte) (w.same() ? 0 : 1);
                return options(5, 0, valid, 1, w.strideX(), 2, w.strideY(), 3, w.width(), 4, w.height(), 5, code(pool));
            }
            if (!pool.output().shape().isFlat()) {
                throw new LiftException(model + ": " + pool.places() + ": MEAN over windows of " + w.height() + "x"
                        + w.width() + ", which TFLite has for whole tensors only");
            }
            inputs.add(integers(name + "_axes", 1, 2));
            return options(27, 0, true);
        } else if (operator instanceof GraphOperator.Add) {
            return options(11, 0, code(operator));
        } else if (operator instanceof GraphOperator.Multiply) {
            return options(21, 0, code(operator));
        } else if (operator instanceof GraphOperator.Pad pad) {
            ByteBuffer data = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
            data.asIntBuffer().put(new int[] {0, 0, pad.top(), pad.bottom(), pad.left(), pad.right(), 0, 0});
            inputs.add(writer.tensor(name + "_paddings", TensorType.INT32, new int[] {4, 2}, null, data.array()));
            return options(22);
        } else if (operator instanceof GraphOperator.Concatenation concatenation) {
            return options(10, 0, 1 + concatenation.axis(), 1, (byte) 0);
        } else if (operator instanceof GraphOperator.Slice slice) {
            int[] size = size(slice.output().shape());
            inputs.add(integers(name + "_begin", 0, slice.y(), slice.x(), slice.c()));
            inputs.add(integers(name + "_size", size));
            return Options.NONE;
        } else if (operator instanceof GraphOperator.Resize resize) {
            Shape size = resize.output().shape();
            inputs.add(integers(name + "_size", size.height(), size.width()));
            return options(15, 2, false, 3, true);
        } else if (operator instanceof GraphOperator.Softmax) {
            return options(9, 0, 1f);
        }
        return Options.NONE;
    }
}
