package org.tensorizer.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorizer.base.BadInputException;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;

/** A part of a model as a model of its own: the operators between some of its tensors, with their constants. */
public final class GraphExcerpt {
    private final TfliteModel model;

    private GraphExcerpt(TfliteModel model) {
        this.model = model;
    }

    /**
     * Cuts out what is needed to compute some tensors. A compiled part is an operator as any other.
     *
     * @param from tensors that are given: the inputs, in this order
     * @param to tensors that are wanted: the outputs, in this order
     * @return a .tflite
     * @throws BadInputException the given tensors are not enough, or an operator cannot be taken over
     */
    public static byte[] of(TfliteModel model, List<Integer> from, List<Integer> to) {
        return new GraphExcerpt(model).write(from, to);
    }

    private byte[] write(List<Integer> from, List<Integer> to) {
        TfliteWriter writer = new TfliteWriter();
        Copies copies = new Copies(model, writer);
        List<Integer> inputs = copies.tensors(from);
        needed(from, to).forEach(copies::operator);
        return writer.write(inputs, copies.tensors(to), "excerpt of " + model.name());
    }

    private List<Operator> needed(List<Integer> from, List<Integer> to) {
        Set<Integer> wanted = new HashSet<>(to);
        from.forEach(wanted::remove);
        List<Operator> needed = new ArrayList<>();
        List<Operator> operators = model.operators();
        for (int i = operators.size() - 1; i >= 0; i--) {
            Operator operator = operators.get(i);
            if (operator.outputs().stream().anyMatch(wanted::contains)) {
                needed.add(0, operator);
                operator.outputs().forEach(wanted::remove);
                operator.inputs().stream().filter(input -> isOpen(input, from)).forEach(wanted::add);
            }
        }
        if (!wanted.isEmpty()) {
            throw new BadInputException(model.name() + ": the tensors " + from + " are not enough to compute " + to
                    + ", " + wanted + " are missing");
        }
        return needed;
    }

    private boolean isOpen(int tensor, List<Integer> from) {
        return tensor >= 0
                && !from.contains(tensor)
                && model.tensors().get(tensor).data().isEmpty()
                && !model.tensors().get(tensor).variable();
    }

    /** Copies operators of a model, and every tensor once, when it is first asked for. */
    static final class Copies {
        private final TfliteModel source;
        private final TfliteWriter writer;
        private final Map<Integer, Integer> numbers = new HashMap<>();

        Copies(TfliteModel source, TfliteWriter writer) {
            this.source = source;
            this.writer = writer;
        }

        /** Lets a tensor of the source be one that is written already. */
        void put(int tensor, int written) {
            numbers.put(tensor, written);
        }

        void operator(Operator operator) {
            writer.copied(source, operator, tensors(operator.inputs()), tensors(operator.outputs()));
        }

        /** Numbers of the copies; -1 stays. */
        List<Integer> tensors(List<Integer> indices) {
            return indices.stream()
                    .map(index -> index < 0
                            ? -1
                            : numbers.computeIfAbsent(
                                    index,
                                    i -> writer.copied(source, source.tensors().get(i))))
                    .toList();
        }
    }
}
