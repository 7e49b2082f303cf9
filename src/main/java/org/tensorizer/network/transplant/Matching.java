package org.tensorizer.network.transplant;

import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.Graph;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.source.SourceLayer;

/**
 * Which operator of a source each operator of a compiled network is. Outputs are matched first, by name or position; from
 * there both graphs are walked backwards side by side. Operators that cost nothing on the chip are stepped over on both
 * sides. The operands of a sum or product may stand in either order: both are tried.
 */
public final class Matching {
    private static final int PATIENCE = 200_000;

    private final SourceGraph source;
    private final Pairs pairs = new Pairs();
    private int steps;

    private Matching(SourceGraph source) {
        this.source = source;
    }

    /**
     * Matches a network with a source.
     *
     * @throws BadInputException they are not the same network
     */
    static Matching of(Network network, SourceGraph source) {
        Matching matching = new Matching(source);
        Graph graph = network.graph();
        TfliteModel outer = network.model();
        for (GraphTensor input : graph.inputs()) {
            int tensor = matching.edge(
                    input.name(),
                    network.inputs(),
                    outer.inputs(),
                    source.model().inputs());
            matching.pairs.bind(input, source.origin(tensor));
        }
        for (Graph.Output output : graph.outputs()) {
            if (output.tensor().isPresent()) {
                int tensor = matching.edge(
                        output.name(),
                        network.outputs(),
                        outer.outputs(),
                        source.model().outputs());
                if (!matching.tensor(output.tensor().get(), tensor)) {
                    throw new BadInputException(source.model().name()
                            + ": not the network that was compiled (seen from output " + Printable.name(output.name())
                            + "): "
                            + OperatorFit.firstDifference(graph.layers(), source)
                                    .orElse(matching.pairs.problem()));
                }
            }
        }
        return matching;
    }

    /** The source tensor of an input or output: names of the executable's layers are names of tensors; else by position. */
    private int edge(String name, List<Network.Edge> edges, List<Integer> outer, List<Integer> inSource) {
        if (edges.stream().allMatch(each -> source.named(each.name()).isPresent())) {
            return source.named(name).getAsInt();
        }
        Network.Edge edge = edges.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        int position = outer.indexOf(edge.tensor().index());
        if (position < 0 || outer.size() != inSource.size()) {
            throw new BadInputException(
                    source.model().name() + ": not the network that was compiled: no tensor is named "
                            + Printable.name(name) + ", and it is no input or output of the whole model");
        }
        return inSource.get(position);
    }

    /** The source tensor with the bytes of a tensor of the network, if it was matched. */
    public Optional<Integer> tensor(GraphTensor tensor) {
        return Optional.ofNullable(pairs.of(tensor));
    }

    /** The source operator of an operator of the network, if it was matched and does anything. */
    public Optional<Operator> operator(GraphOperator operator) {
        return Optional.ofNullable(pairs.of(operator));
    }

    /** Whether a tensor of the network and a tensor of the source can be the same. */
    private boolean tensor(GraphTensor compiled, int tensor) {
        if (++steps > PATIENCE) {
            throw new BadInputException(
                    source.model().name() + ": too many ways to match sums with those of the compiled network");
        }
        int origin = source.origin(tensor);
        Integer known = pairs.of(compiled);
        if (known != null) {
            return known == origin
                    || pairs.fail(
                            compiled,
                            "is tensor " + known + " of the source in one place and " + origin + " in another");
        }
        pairs.bind(compiled, origin);
        Optional<GraphOperator> producer = compiled.producer();
        if (producer.isEmpty()) {
            return pairs.fail(compiled, "is tensor " + origin + " of the source");
        }
        GraphOperator operator = producer.get();
        if (operator instanceof GraphOperator.Reshape reshape) {
            return tensor(reshape.inputs().get(0), origin);
        }
        if (operator instanceof GraphOperator.Pad pad) {
            Optional<Operator> made = source.producer(origin).filter(OperatorFit::isPad);
            return tensor(pad.inputs().get(0), made.map(o -> o.inputs().get(0)).orElse(origin));
        }
        Optional<Operator> made = source.producer(origin);
        if (made.isEmpty()) {
            return pairs.fail(operator, "is an input or a constant in the source");
        }
        return operator(operator, made.get());
    }

    private boolean operator(GraphOperator compiled, Operator operator) {
        if (compiled instanceof LayerOperator layer) {
            return layer(layer, operator);
        } else if (compiled instanceof GraphOperator.Concatenation concatenation) {
            return concatenation(concatenation, operator);
        } else if (compiled instanceof GraphOperator.Slice slice) {
            return slice(slice, operator);
        } else if (compiled instanceof GraphOperator.Pool pool) {
            return pool(pool, operator);
        } else if (compiled.inputs().size() == 2) {
            return pair(compiled, operator);
        }
        boolean same = compiled instanceof GraphOperator.Rescale
                ? OperatorFit.rescales(operator)
                : operator.name().equals(compiled.name());
        if (!same) {
            return isOther(compiled, operator);
        }
        pairs.bind(compiled, operator);
        return tensor(compiled.inputs().get(0), operator.inputs().get(0));
    }

    /** @return false */
    private boolean isOther(GraphOperator compiled, Operator operator) {
        return pairs.fail(compiled, "is " + described(operator) + " in the source");
    }

    private static String described(Operator operator) {
        return "operator " + operator.index() + " (" + operator.name() + ")";
    }

    private boolean layer(LayerOperator compiled, Operator operator) {
        if (compiled.kind() == LayerOperator.Kind.CHANNELWISE) {
            return channelwise(compiled, operator);
        }
        if (!source.isLayer(operator)) {
            return isOther(compiled, operator);
        }
        SourceLayer layer = source.layer(operator);
        String difference = OperatorFit.difference(compiled, layer);
        if (!difference.isEmpty()) {
            return pairs.fail(compiled, difference + ": " + described(operator));
        }
        pairs.bind(compiled, operator);
        GraphTensor input = compiled.inputs().get(0);
        int from = source.origin(operator.inputs().get(0));
        Optional<Operator> padded = source.producer(from).filter(OperatorFit::isPad);
        String lies = OperatorFit.geometryDifference(compiled, layer, padded.map(this::paddings));
        if (!lies.isEmpty()) {
            return pairs.fail(compiled, lies + ": " + described(operator));
        }
        boolean padHere = input.producer().orElse(null) instanceof GraphOperator.Pad;
        if (padded.isPresent() && !padHere && pairs.of(input) == null) {
            return tensor(input, padded.get().inputs().get(0));
        }
        return tensor(input, from)
                || padded.isPresent() && tensor(input, padded.get().inputs().get(0));
    }

    /** Arithmetic with constants, which a compiler folded: its numbers are not known, only what it reads. */
    private boolean channelwise(LayerOperator compiled, Operator operator) {
        Operator at = operator;
        while (true) {
            int data = OperatorFit.dataOperand(source, at);
            if (data < 0) {
                return isOther(compiled, operator);
            }
            int origin = source.origin(data);
            Optional<Operator> before = source.producer(origin);
            if (before.isEmpty() || OperatorFit.dataOperand(source, before.get()) < 0) {
                return tensor(compiled.inputs().get(0), origin);
            }
            at = before.get();
        }
    }

    private int[] paddings(Operator pad) {
        return source.integers(pad.inputs().get(1));
    }

    private boolean concatenation(GraphOperator.Concatenation compiled, Operator operator) {
        List<Integer> inputs = operator.inputs();
        boolean sameKind =
                operator.name().equals("CONCATENATION") || operator.name().equals("PACK");
        if (!sameKind || inputs.size() != compiled.inputs().size()) {
            return pairs.fail(
                    compiled,
                    "is " + described(operator) + " of " + inputs.size() + " inputs in the source, expected "
                            + compiled.inputs().size());
        }
        pairs.bind(compiled, operator);
        for (int i = 0; i < inputs.size(); i++) {
            GraphTensor part = compiled.inputs().get(i);
            boolean rescaled = part.producer().orElse(null) instanceof GraphOperator.Rescale
                    && !source.quantized(inputs.get(i))
                            .equals(source.quantized(operator.outputs().get(0)));
            if (rescaled) {
                GraphOperator rescale = part.producer().orElseThrow();
                pairs.bind(part, source.origin(operator.outputs().get(0)));
                pairs.bind(rescale, operator);
                part = rescale.inputs().get(0);
            }
            if (!tensor(part, inputs.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean slice(GraphOperator.Slice compiled, Operator operator) {
        int data = OperatorFit.slicedOperand(operator);
        if (data < 0) {
            return isOther(compiled, operator);
        }
        Shape shape = compiled.output().shape();
        int output = operator.outputs().stream()
                .filter(t -> source.tensor(t).elements() == shape.elements())
                .findFirst()
                .orElse(-1);
        if (output < 0) {
            return pairs.fail(compiled, "of " + shape + " has another size than " + described(operator));
        }
        pairs.bind(compiled, operator);
        return tensor(compiled.inputs().get(0), operator.inputs().get(data));
    }

    private boolean pool(GraphOperator.Pool compiled, Operator operator) {
        GraphOperator.Pool.Window window = compiled.window();
        if (!OperatorFit.isSamePool(compiled, operator)) {
            return pairs.fail(
                    compiled,
                    "over " + window.height() + "x" + window.width() + " is " + described(operator) + " in the source");
        }
        pairs.bind(compiled, operator);
        return tensor(compiled.inputs().get(0), operator.inputs().get(0));
    }

    /** A sum or product of two tensors. */
    private boolean pair(GraphOperator compiled, Operator operator) {
        if (!operator.name().equals(compiled.name()) || operator.inputs().size() != 2) {
            return isOther(compiled, operator);
        }
        pairs.bind(compiled, operator);
        GraphTensor a = compiled.inputs().get(0);
        GraphTensor b = compiled.inputs().get(1);
        int first = operator.inputs().get(0);
        int second = operator.inputs().get(1);
        int before = pairs.size();
        if (tensor(a, first) && tensor(b, second)) {
            return true;
        }
        pairs.rewind(before);
        return tensor(a, second) && tensor(b, first);
    }
}
