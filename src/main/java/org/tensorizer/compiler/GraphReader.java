package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.compiler.Element.Part;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.OperatorNumbers;

/**
 * Walks the operators of a source from one of them on as long as the chip's programs cover them: images with branches,
 * then a mean, fully connected layers, a softmax. Where it ends it keeps the reason.
 */
final class GraphReader {
    private final TfliteModel model;
    private final List<Element> elements = new ArrayList<>();

    /** A PAD by its output, until a convolution takes it. */
    private final Map<Integer, Operator> pads = new HashMap<>();

    private final OperatorView view;
    private final ElementReader reader;

    private GraphReader(TfliteModel model) {
        this.model = model;
        view = new OperatorView(model);
        reader = new ElementReader(view);
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
            view.begin(input);
            for (; next + 1 < operators.size() && view.isRenaming(operators.get(next)); next++) {
                operator = operators.get(next);
                add(operator); // the image is what comes out
            }
            operator = operators.get(next);
            int image = elements.isEmpty()
                    ? input
                    : elements.get(elements.size() - 1).tensor();
            requireImage(operator, model.tensors().get(image));
            view.begin(image);
            for (; next < operators.size(); next++) {
                operator = operators.get(next);
                add(operator);
                if (pads.isEmpty() && computes()) {
                    part = Optional.of(new ChipPart(model, input, image, elements));
                }
            }
            if (!pads.isEmpty()) {
                operator = pads.values().iterator().next();
                throw refuse(operator, "ends the model");
            }
            return new Found(part, Optional.empty());
        } catch (BadInputException reason) {
            return new Found(part, Optional.of(new Stop(operator, reason.getMessage())));
        }
    }

    /** Whether anything so far does more than rename. */
    private boolean computes() {
        return elements.stream().anyMatch(element -> !(element.part() instanceof Element.Renamed));
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
            boolean converts = operator.name().equals("QUANTIZE");
            throw refuse(
                    operator,
                    name
                            + tensor.type()
                            + (converts
                                    ? ", which the host converts"
                                    : ", expected INT8 or UINT8: float and dynamic-range models are not compiled, quantize"
                                            + " fully"));
        }
        List<Integer> shape = tensor.shape();
        if (!isFixed(shape)) {
            throw refuse(
                    operator,
                    name + "shape " + shape
                            + ", expected an image [1, height, width, channels] or a row [1, numbers] of fixed dimensions of"
                            + " 1 or more");
        }
    }

    private void add(Operator operator) {
        requireKnown(operator);
        Tensor output = model.tensors().get(operator.outputs().get(0));
        requireFixed(operator, output);
        int input = operator.inputs().get(0);
        if (operator.name().equals("PAD")) {
            if (pads.containsKey(input)) {
                throw refuse(operator, "stands behind another PAD");
            }
            reader.pad(operator);
            pads.put(output.index(), operator);
            return;
        }
        Part part = reader.read(operator, Optional.ofNullable(pads.get(input)));
        List<Operator> taken = new ArrayList<>();
        if (pads.containsKey(input)) {
            taken.add(pads.remove(input));
        }
        taken.add(operator);
        elements.add(new Element(taken, output.index(), part));
        view.add(operator, output.index(), part);
    }

    /** All that an operator takes is a constant, or there already. */
    private void requireKnown(Operator operator) {
        if (operator.outputs().size() != 1) {
            throw refuse(operator, "gives " + operator.outputs().size() + " tensors, expected one");
        }
        if (operator.inputs().isEmpty() || operator.inputs().get(0) < 0) {
            throw refuse(operator, "takes nothing");
        }
        List<Integer> unknown = variables(operator).stream()
                .filter(index -> !view.isOnChip(index) && !pads.containsKey(index))
                .toList();
        if (!unknown.isEmpty()) {
            throw refuse(operator, "takes the tensors " + unknown + ", which nothing in front of it on the chip gives");
        }
    }

    /** Tensors that an operator takes and that are no constants. */
    private List<Integer> variables(Operator operator) {
        return operator.inputs().stream()
                .filter(index -> index >= 0 && model.tensors().get(index).data().isEmpty())
                .toList();
    }

    private static boolean isFixed(List<Integer> shape) {
        return !shape.isEmpty() && shape.get(0) == 1 && shape.stream().allMatch(extent -> extent > 0);
    }

    private void requireFixed(Operator operator, Tensor tensor) {
        if (!isFixed(tensor.shape())) {
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
