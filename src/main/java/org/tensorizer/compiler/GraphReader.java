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
 * Walks the operators of a source from its input on as long as they are a chain that the chip's programs cover: images,
 * then a mean, fully connected layers, a softmax. Where it ends it keeps the reason. A QUANTIZE at either end stays on the
 * host.
 */
final class GraphReader {
    private final TfliteModel model;
    private final List<Element> elements = new ArrayList<>();
    private final List<Operator> before = new ArrayList<>();
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
     * @param input tensor that the chip's part takes
     * @param before operators that stay on the host in front of it
     * @param elements the covered chain
     * @param stop why it ends before the last operator, empty if it does not
     */
    record Found(int input, List<Operator> before, List<Element> elements, Optional<Stop> stop) {}

    /**
     * The first operator that is not covered.
     *
     * @param border whether it is a QUANTIZE that ends the model, which belongs on the host
     */
    record Stop(Operator operator, String reason, boolean border) {}

    /** @throws BadInputException the graph has no one input, or one that no program takes */
    static Found read(TfliteModel model) {
        return new GraphReader(model).walk();
    }

    private Found walk() {
        if (model.isCompiled()) {
            throw new BadInputException(model.name() + ": compiled already (it holds " + Operator.EDGE_TPU + ")");
        }
        if (model.subgraphs().size() != 1 || model.inputs().size() != 1) {
            throw new BadInputException(model.name() + ": " + model.subgraphs().size() + " subgraphs and "
                    + model.inputs().size() + " inputs, expected one of each");
        }
        current = model.inputs().get(0);
        List<Operator> operators = model.operators();
        int first = 0;
        if (!operators.isEmpty() && operators.get(0).name().equals("QUANTIZE")) {
            before.add(operators.get(0));
            current = operators.get(0).outputs().get(0);
            first = 1;
        }
        int input = current;
        requireImage(model.tensors().get(current));
        images.put(current, 0);
        Optional<Stop> stop = Optional.empty();
        for (Operator operator : operators.subList(first, operators.size())) {
            boolean last = operator.index() == operators.size() - 1;
            if (last && operator.name().equals("QUANTIZE") && operator.inputs().contains(current)) {
                stop = Optional.of(new Stop(operator, "QUANTIZE at the end stays on the host", true));
                break;
            }
            try {
                add(operator);
            } catch (BadInputException reason) {
                stop = Optional.of(new Stop(operator, reason.getMessage(), false));
                break;
            }
        }
        if (stop.isEmpty() && !pending.isEmpty()) {
            stop = Optional.of(new Stop(
                    pending.get(0), refuse(pending.get(0), "ends the model").getMessage(), false));
        }
        return new Found(input, before, List.copyOf(elements), stop);
    }

    private void requireImage(Tensor tensor) {
        String name = model.name() + ": tensor " + tensor.index() + " (" + Printable.name(tensor.name()) + ") ";
        if (!TensorDomain.has(tensor.type())) {
            throw new BadInputException(name + "enters as " + tensor.type()
                    + ", expected INT8 or UINT8: float and dynamic-range models are not compiled, quantize fully");
        }
        if (tensor.shape().size() != 4 || tensor.shape().get(0) != 1) {
            throw new BadInputException(
                    name + "enters with shape " + tensor.shape() + ", expected an image [1, height, width, channels]");
        }
        if (tensor.shape().stream().anyMatch(extent -> extent < 1)) {
            throw new BadInputException(
                    name + "has shape " + tensor.shape() + ", expected fixed dimensions of 1 or more");
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
        List<Integer> variable = operator.inputs().stream()
                .filter(index -> index >= 0 && model.tensors().get(index).data().isEmpty())
                .toList();
        boolean sum = operator.name().equals("ADD");
        if (!variable.contains(current) || variable.size() > (sum ? 2 : 1)) {
            throw refuse(
                    operator,
                    "takes the tensors " + variable + ", the chain has come to tensor " + current
                            + "; branches are covered where an ADD takes an older tensor of the chain");
        }
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
