package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.compiler.Element.Part;
import org.tensorizer.compiler.Element.Renamed;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.OperatorNumbers;

/**
 * Walks the operators of a source from one of them on as long as they are a chain that the chip's programs cover: images,
 * then a mean, fully connected layers, a softmax. Where it ends it keeps the reason.
 */
final class GraphReader {
    private final TfliteModel model;
    private final List<Element> elements = new ArrayList<>();

    /** Number of the image in the chain that a tensor is; older ones an ADD may take once more. */
    private final Map<Integer, Integer> images = new HashMap<>();

    private final List<Operator> pending = new ArrayList<>();
    private final ElementReader reader;
    private int current;
    private int steps;

    private GraphReader(TfliteModel model) {
        this.model = model;
        this.reader = new ElementReader(model, images);
    }

    /**
     * What was read.
     *
     * @param part the covered chain, empty if the first operator is not covered
     * @param stop why it ends before the last operator, empty if it does not
     */
    record Found(Optional<ChipPart> part, Optional<Stop> stop) {}

    /** The first operator that is not covered. */
    record Stop(Operator operator, String reason) {}

    /** Reads from an operator on; never fails, a reason not to read is in the result. */
    static Found read(TfliteModel model, int start) {
        return new GraphReader(model).walk(start);
    }

    private Found walk(int start) {
        List<Operator> operators = model.operators();
        Operator operator = operators.get(start);
        Optional<ChipPart> part = Optional.empty();
        try {
            int input = soleInput(operator);
            int next = start;
            current = input;
            for (; next + 1 < operators.size() && isRenaming(operators.get(next)); next++) {
                operator = operators.get(next);
                add(operator); // dimensions alone: the image is what comes out
            }
            operator = operators.get(next);
            int image = current;
            requireImage(operator, model.tensors().get(image));
            images.put(image, 0);
            for (; next < operators.size(); next++) {
                operator = operators.get(next);
                add(operator);
                if (pending.isEmpty() && steps > 0) {
                    part = Optional.of(new ChipPart(model, input, image, elements));
                }
            }
            if (!pending.isEmpty()) {
                operator = pending.get(0);
                throw refuse(operator, "ends the model");
            }
            return new Found(part, Optional.empty());
        } catch (BadInputException reason) {
            return new Found(part, Optional.of(new Stop(operator, reason.getMessage())));
        }
    }

    private static boolean isRenaming(Operator operator) {
        return operator.name().equals("RESHAPE") || operator.name().equals("SQUEEZE");
    }

    private int soleInput(Operator operator) {
        List<Integer> variable = variables(operator);
        if (variable.size() != 1) {
            throw refuse(operator, "takes the tensors " + variable + ", expected one to begin with");
        }
        return variable.get(0);
    }

    private void requireImage(Operator operator, Tensor tensor) {
        String name = "takes tensor " + tensor.index() + " (" + Printable.name(tensor.name()) + ") of ";
        if (!TensorDomain.has(tensor.type())) {
            throw refuse(
                    operator,
                    name + tensor.type()
                            + ", expected INT8 or UINT8: float and dynamic-range models are not compiled, quantize fully");
        }
        List<Integer> shape = tensor.shape();
        if (shape.size() != 4 || shape.get(0) != 1 || shape.stream().anyMatch(extent -> extent < 1)) {
            throw refuse(
                    operator,
                    name + "shape " + shape
                            + ", expected an image [1, height, width, channels] of fixed dimensions of 1 or more");
        }
    }

    private void add(Operator operator) {
        requireChain(operator);
        Tensor output = model.tensors().get(operator.outputs().get(0));
        requireFixed(operator, output);
        if (operator.name().equals("PAD")) {
            if (!pending.isEmpty()) {
                throw refuse(operator, "stands behind another PAD");
            }
            reader.pad(operator);
            pending.add(operator);
            current = output.index();
            return;
        }
        Part part = reader.read(operator, pending.isEmpty() ? Optional.empty() : Optional.of(pending.get(0)));
        List<Operator> taken = new ArrayList<>(pending);
        pending.clear();
        taken.add(operator);
        elements.add(new Element(taken, output.index(), part));
        current = output.index();
        if (part instanceof Element.ImageStep) {
            steps++;
        }
        if (part instanceof Element.ImageStep || part instanceof Renamed) {
            images.put(current, steps);
        }
    }

    private void requireChain(Operator operator) {
        if (operator.outputs().size() != 1) {
            throw refuse(operator, "gives " + operator.outputs().size() + " tensors, expected one");
        }
        List<Integer> variable = variables(operator);
        boolean sum = operator.name().equals("ADD");
        if (!variable.contains(current) || variable.size() > (sum ? 2 : 1)) {
            throw refuse(
                    operator,
                    "takes the tensors " + variable + ", the chain has come to tensor " + current
                            + "; branches are covered where an ADD takes an older tensor of the chain");
        }
    }

    /** Tensors that an operator takes and that are no constants. */
    private List<Integer> variables(Operator operator) {
        return operator.inputs().stream()
                .filter(index -> index >= 0 && model.tensors().get(index).data().isEmpty())
                .toList();
    }

    private void requireFixed(Operator operator, Tensor tensor) {
        if (tensor.shape().isEmpty()
                || tensor.shape().get(0) != 1
                || tensor.shape().stream().anyMatch(extent -> extent < 1)) {
            throw refuse(
                    operator,
                    "gives tensor " + tensor.index() + " of shape " + tensor.shape()
                            + ", expected a batch of 1 and fixed dimensions");
        }
    }

    private BadInputException refuse(Operator operator, String reason) {
        return OperatorNumbers.refusal(model, operator, reason);
    }
}
