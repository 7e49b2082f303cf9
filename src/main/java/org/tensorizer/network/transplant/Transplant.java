package org.tensorizer.network.transplant;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.model.Operator;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.Graph;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.source.SourceLayer;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.Place;

/**
 * A source written into a compiled network of the same architecture: what edgetpu_compiler would have made of it, without
 * it. The instruction list, every walk, counter and mask, and the place of every layer in the payload stay; payload,
 * quantization fields, constants, tensor quantization and tokens are written anew.
 *
 * <p>Source: 24 pairs of public compilations of one architecture each, which differ in these bytes only.
 *
 * <p>Immutable, safe for many threads.
 */
public final class Transplant {
    private final Network network;
    private final SourceGraph source;
    private final Matching matching;
    private final Map<Place, OpFields> fields = new HashMap<>();
    private final Map<Integer, Integer> fills = new HashMap<>();
    private final List<Row> table = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * A layer of the network and the operator that its numbers come from.
     *
     * @param index number of the layer
     * @param layer of the network
     * @param operator of the source
     * @param file where its bytes stand in the file
     */
    public record Row(int index, LayerOperator layer, Operator operator, org.tensorizer.base.ByteRange file) {}

    private Transplant(Network network, SourceGraph source, Optional<SourceGraph> old) {
        this.network = network;
        this.source = source;
        this.matching = Matching.of(network.graph(), source, edges(network, source));
        Optional<Matching> before = old.map(o -> Matching.of(network.graph(), o, edges(network, o)));
        for (LayerOperator layer : network.layers()) {
            Optional<Operator> operator = matching.operator(layer);
            operator.ifPresent(o -> table.add(new Row(table.size(), layer, o, network.range(layer))));
        }
        requireForms();
        NewFields numbers = new NewFields(network, source, matching);
        Set<Place> kept = new HashSet<>();
        before.ifPresent(m -> kept.addAll(new OldSource(network, old.get(), m).requireSame()));
        network.graph().roles().forEach((place, role) -> {
            if (!kept.contains(place)) {
                numbers.of(place, role).ifPresentOrElse(f -> fields.put(place, f), () -> kept.add(place));
            }
        });
        fills.putAll(numbers.fills());
        kept.addAll(numbers.unclear());
        requireKept(kept, old);
        notes.addAll(numbers.notes());
    }

    /**
     * Matches a source with a compiled network.
     *
     * @param source its numbers are to be written
     * @param old the source that was compiled, if it is at hand: it is checked first that the network holds its numbers, and
     *     parts of the network that are not understood may stay as they are where both sources agree
     * @throws BadInputException the source does not fit; the message says where and what helps
     */
    public static Transplant of(Network network, SourceGraph source, Optional<SourceGraph> old) {
        return new Transplant(network, source, old);
    }

    private void requireForms() {
        for (Row row : table) {
            SourceLayer layer = source.layer(row.operator());
            String difference = LayerFit.formDifference(row.layer(), layer);
            if (!difference.isEmpty()) {
                throw new BadInputException(source.model().name() + ": layer " + row.index() + ", operator "
                        + row.operator().index() + " (" + layer + ") " + difference);
            }
        }
    }

    /** What is not understood may stay only if nothing around it changes. */
    private void requireKept(Set<Place> kept, Optional<SourceGraph> old) {
        boolean incomplete =
                network.graph().outputs().stream().anyMatch(o -> o.tensor().isEmpty());
        if (kept.isEmpty() && !incomplete) {
            return;
        }
        String what = incomplete
                ? network.graph().outputs().stream()
                        .filter(o -> o.tensor().isEmpty())
                        .map(o -> "output " + Printable.name(o.name()) + ": " + o.refused())
                        .findFirst()
                        .orElseThrow()
                : kept.iterator().next() + ": " + reason(kept.iterator().next());
        if (old.isEmpty()) {
            throw new BadInputException(network.model().name() + ": not understood: " + what
                    + "; with the source that was compiled (--was) parts that are the same in both sources may stay");
        }
        Set<Integer> written = new HashSet<>();
        for (Row row : table) {
            written.add(row.operator().inputs().get(1));
            if (row.operator().inputs().size() > 2) {
                written.add(row.operator().inputs().get(2));
            }
        }
        Optional<String> difference = SourceDifference.outside(old.get(), source, written);
        if (difference.isPresent()) {
            throw new BadInputException(network.model().name() + ": not understood: " + what
                    + ", and the two sources differ there: " + difference.get());
        }
        notes.add(kept.size() + " instructions stay as they are, the first " + what);
    }

    private String reason(Place place) {
        Graph.Role role = network.graph().roles().get(place);
        return role instanceof Graph.Unknown unknown ? unknown.reason() : "its numbers follow from no tensor";
    }

    /** Names of the executable's layers are names of tensors; else inputs and outputs go by position. */
    private static Matching.Edges edges(Network network, SourceGraph source) {
        return new Matching.Edges() {
            @Override
            public int input(GraphTensor input) {
                return edge(
                        input.name(),
                        network.inputs(),
                        network.model().inputs(),
                        source.model().inputs());
            }

            @Override
            public int output(String name) {
                return edge(
                        name,
                        network.outputs(),
                        network.model().outputs(),
                        source.model().outputs());
            }

            private int edge(String name, List<Network.Edge> edges, List<Integer> outer, List<Integer> inSource) {
                boolean allNamed =
                        edges.stream().allMatch(e -> source.named(e.name()).isPresent());
                if (allNamed) {
                    return source.named(name).getAsInt();
                }
                Network.Edge edge = edges.stream()
                        .filter(e -> e.name().equals(name))
                        .findFirst()
                        .orElseThrow();
                int position = outer.indexOf(edge.tensor().index());
                if (position < 0 || outer.size() != inSource.size()) {
                    throw new BadInputException(source.model().name()
                            + ": not the network that was compiled: no tensor is named "
                            + Printable.name(name) + ", and it is no input or output of the whole model");
                }
                return inSource.get(position);
            }
        };
    }

    public Network network() {
        return network;
    }

    public SourceGraph source() {
        return source;
    }

    /** The layers in the order in which they are computed, with the operators of the source. */
    public List<Row> table() {
        return List.copyOf(table);
    }

    /** What stays as it is, and why; for the user to read. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** The source tensor that holds the bytes of an input or output. */
    OptionalInt sourceTensor(Network.Edge edge, boolean input) {
        Optional<GraphTensor> tensor = input
                ? network.graph().inputs().stream()
                        .filter(t -> t.name().equals(edge.name()))
                        .findFirst()
                : network.graph().outputs().stream()
                        .filter(o -> o.name().equals(edge.name()))
                        .findFirst()
                        .flatMap(Graph.Output::tensor);
        return tensor.flatMap(matching::tensor).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    /** New numbers of the softmax operators, if there are any: payload offsets of scale rows are in the operator. */
    Map<GraphOperator.Softmax, Integer> softmaxInputs() {
        Map<GraphOperator.Softmax, Integer> inputs = new HashMap<>();
        for (GraphOperator operator : network.graph().operators()) {
            if (operator instanceof GraphOperator.Softmax softmax) {
                matching.tensor(softmax.inputs().get(0)).ifPresent(t -> inputs.put(softmax, t));
            }
        }
        return inputs;
    }

    /** New numbers of ops by place. */
    Map<Place, OpFields> fields() {
        return fields;
    }

    /** New words of constants by number. */
    Map<Integer, Integer> fills() {
        return fills;
    }

    /**
     * The compiled model of the source.
     *
     * @param token of all executables, not 0
     */
    public Transplanted write(long token) {
        return new TransplantWriter(this).write(token);
    }
}
