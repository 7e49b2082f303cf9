package org.tensorizer.compiler;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.Elementwise;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.OperatorNumbers;

/**
 * Tensors, constants and options of the operators of a source, the refusals that name them, and what the tensors are on the
 * chip, as far as operators were read: images by their numbers, the same with other dimensions, and the newest vector behind
 * the images. Mutable, one for a source.
 */
final class OperatorView {
    private final TfliteModel model;

    /** Number of the image that a tensor is: 0 for the input, j for the result of step j - 1. */
    private final Map<Integer, Integer> images = new HashMap<>();

    /** The same for tensors that are an image with other dimensions. */
    private final Map<Integer, Integer> renamed = new HashMap<>();

    private int steps;
    private int vector = -1;

    OperatorView(TfliteModel model) {
        this.model = model;
    }

    TfliteModel model() {
        return model;
    }

    Tensor input(Operator operator) {
        return model.tensors().get(operator.inputs().get(0));
    }

    Tensor output(Operator operator) {
        return model.tensors().get(operator.outputs().get(0));
    }

    Tensor tensor(int index) {
        return model.tensors().get(index);
    }

    BadInputException refuse(Operator operator, String reason) {
        return OperatorNumbers.refusal(model, operator, reason);
    }

    void requireSameNumbers(Operator operator) {
        Tensor in = input(operator);
        Tensor out = output(operator);
        if (in.type() != out.type()
                || !in.scales().equals(out.scales())
                || !in.zeroPoints().equals(out.zeroPoints())) {
            throw refuse(
                    operator,
                    "changes scale or zero point from " + in.scales() + ", " + in.zeroPoints() + " to " + out.scales()
                            + ", " + out.zeroPoints());
        }
    }

    /** Whether an operator gives the chip the numbers it takes: other dimensions, or INT8 for UINT8 and back. */
    boolean isRenaming(Operator operator) {
        if (operator.name().equals("QUANTIZE")) {
            Tensor in = input(operator);
            Tensor out = output(operator);
            return isPerTensor(in)
                    && isPerTensor(out)
                    && in.scale() == out.scale()
                    && in.domain().chipZeroPoint() == out.domain().chipZeroPoint();
        }
        return operator.name().equals("RESHAPE") || operator.name().equals("SQUEEZE");
    }

    private static boolean isPerTensor(Tensor tensor) {
        return TensorDomain.has(tensor.type()) && tensor.isQuantizedPerTensor();
    }

    int zeroPoint(Operator operator, Tensor tensor) {
        if (!isPerTensor(tensor)) {
            throw refuse(
                    operator,
                    "has tensor " + tensor.index() + " (" + Printable.name(tensor.name()) + ") of " + tensor.type()
                            + " with " + tensor.scales().size() + " scales, expected INT8 or UINT8 with one");
        }
        Quantization checked =
                Quantization.perChannel(tensor.scale(), tensor.domain().chipZeroPoint(), tensor.scale(), 0);
        return checked.inputZeroPoint();
    }

    /** How the bytes of one tensor become those of another; none changes where scale and zero point are the same. */
    Elementwise rescaled(Operator operator, Tensor from, Tensor to) {
        int zeroPoint = zeroPoint(operator, from);
        Quantization output = Quantization.perChannel(from.scale(), zeroPoint, to.scale(), zeroPoint(operator, to));
        return from.scale() == to.scale() && zeroPoint == output.outputZeroPoint()
                ? Elementwise.copy()
                : Elementwise.rescale(from.scale(), zeroPoint, output, Activation.NONE);
    }

    int[] constants(Operator operator, int index) {
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

    <T> T options(Operator operator, Class<T> kind) {
        if (!kind.isInstance(operator.options())) {
            throw refuse(operator, "has no options of its kind, found " + operator.options());
        }
        return kind.cast(operator.options());
    }

    /** A VALID convolution of a padded image that is the SAME one of the image. */
    void requireSame(Operator operator, Operator padding, int kernel, int stride, boolean valid) {
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
                        "stands behind a PAD by " + Arrays.toString(amounts) + ", which is not what SAME would pad");
            }
        }
    }

    /** Begins with a tensor, which is the input of the chip's part from now on. */
    void begin(int tensor) {
        images.clear();
        renamed.clear();
        images.put(tensor, 0);
    }

    /** Takes the result of a part. */
    void add(Operator operator, int tensor, Element.Part part) {
        if (part instanceof Element.ImageStep) {
            images.put(tensor, ++steps);
            return;
        }
        int from = operator.inputs().get(0);
        if (!(part instanceof Element.Renamed) || from == vector) {
            vector = tensor;
        } else if (input(operator).shape().equals(output(operator).shape()) && images.containsKey(from)) {
            images.put(tensor, images.get(from));
        } else {
            renamed.put(tensor, images.getOrDefault(from, renamed.get(from)));
        }
    }

    /** Whether a tensor is there at all. */
    boolean isOnChip(int tensor) {
        return images.containsKey(tensor) || renamed.containsKey(tensor) || tensor == vector;
    }

    /** Whether a tensor is what the newest part behind the images gave. */
    boolean isVector(int tensor) {
        return tensor == vector;
    }

    /** Number of the image that an operator takes. */
    int image(Operator operator, Tensor tensor) {
        if (!images.containsKey(tensor.index())) {
            throw refuse(
                    operator,
                    "takes tensor " + tensor.index() + " of shape " + tensor.shape()
                            + ", which is no image of the chip's part");
        }
        return images.get(tensor.index());
    }

    /** What ends the images takes the newest of them. */
    void requireNewest(Operator operator) {
        int tensor = operator.inputs().get(0);
        int number = images.getOrDefault(tensor, renamed.getOrDefault(tensor, -1));
        if (number != steps) {
            throw refuse(
                    operator,
                    "takes tensor " + tensor + ", image " + number + " of " + steps
                            + "; what follows the images is covered behind the last of them");
        }
    }
}
