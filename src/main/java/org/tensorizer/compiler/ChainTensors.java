package org.tensorizer.compiler;

import java.util.HashMap;
import java.util.Map;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;

/**
 * What the tensors of a source are on the chip, as far as its operators were read: images by their numbers, the same with
 * other dimensions, and the newest vector behind the images. Mutable, one for a source.
 */
final class ChainTensors {
    private final OperatorView view;
    /** Number of the image that a tensor is: 0 for the input, j for the result of step j - 1. */
    private final Map<Integer, Integer> images = new HashMap<>();

    /** The same for tensors that are an image with other dimensions. */
    private final Map<Integer, Integer> renamed = new HashMap<>();

    private int steps;
    private int vector = -1;

    ChainTensors(OperatorView view) {
        this.view = view;
    }

    /** Begins with a tensor, which is the input of the chip's part from now on. */
    void begin(int tensor) {
        images.clear();
        renamed.clear();
        images.put(tensor, 0);
    }

    /** Steps over images so far. */
    int steps() {
        return steps;
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
        } else if (view.input(operator).shape().equals(view.output(operator).shape()) && images.containsKey(from)) {
            images.put(tensor, images.get(from));
        } else {
            renamed.put(tensor, images.getOrDefault(from, renamed.get(from)));
        }
    }

    boolean isImage(int tensor) {
        return images.containsKey(tensor);
    }

    /** Whether it is there at all. */
    boolean has(int tensor) {
        return isImage(tensor) || renamed.containsKey(tensor) || tensor == vector;
    }

    /** Whether it is what the newest part behind the images gave. */
    boolean isVector(int tensor) {
        return tensor == vector;
    }

    /** Number of the image that an operator takes. */
    int image(Operator operator, Tensor tensor) {
        if (!isImage(tensor.index())) {
            throw view.refuse(
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
            throw view.refuse(
                    operator,
                    "takes tensor " + tensor + ", image " + number + " of " + steps
                            + "; what follows the images is covered behind the last of them");
        }
    }
}
