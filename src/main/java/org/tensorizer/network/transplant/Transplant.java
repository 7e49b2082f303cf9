package org.tensorizer.network.transplant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Printable;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.Graph;
import org.tensorizer.network.graph.GraphOperator;
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
    public record Row(int index, LayerOperator layer, Operator operator, ByteRange file) {}

    private Transplant(Network network, SourceGraph source, Optional<SourceGraph> old) {
        this.network = network;
        this.source = source;
        this.matching = Matching.of(network, source);
        Optional<Matching> before = old.map(o -> Matching.of(network, o));
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
            String difference = OperatorFit.formDifference(row.layer(), layer);
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
        Optional<String> difference = difference(old.get(), source, written);
        if (difference.isPresent()) {
            throw new BadInputException(network.model().name() + ": not understood: " + what
                    + ", and the two sources differ there: " + difference.get());
        }
        notes.add(kept.size() + " instructions stay as they are, the first " + what);
    }

    /**
     * Where two sources differ in tensors that a transplant does not write, the first place.
     *
     * @param written tensors whose data a transplant writes
     */
    private static Optional<String> difference(SourceGraph old, SourceGraph source, Set<Integer> written) {
        TfliteModel a = old.model();
        TfliteModel b = source.model();
        if (a.tensors().size() != b.tensors().size()
                || a.operators().size() != b.operators().size()) {
            return Optional.of("they have other numbers of tensors or operators");
        }
        for (int i = 0; i < a.operators().size(); i++) {
            Operator x = a.operators().get(i);
            Operator y = b.operators().get(i);
            if (!x.name().equals(y.name())
                    || !x.inputs().equals(y.inputs())
                    || !x.outputs().equals(y.outputs())
                    || !x.options().equals(y.options())) {
                return Optional.of("operator " + i + " (" + x.name() + " and " + y.name() + ")");
            }
        }
        for (int i = 0; i < a.tensors().size(); i++) {
            Tensor x = a.tensors().get(i);
            Tensor y = b.tensors().get(i);
            boolean quantization =
                    x.scales().equals(y.scales()) && x.zeroPoints().equals(y.zeroPoints());
            boolean data = Arrays.equals(data(a, x), data(b, y));
            if (!quantization && !written.contains(i)
                    || !data && !written.contains(i)
                    || !x.shape().equals(y.shape())
                    || x.type() != y.type()) {
                return Optional.of("tensor " + i + " (" + Printable.name(x.name()) + ")");
            }
        }
        return Optional.empty();
    }

    private static byte[] data(TfliteModel model, Tensor tensor) {
        return model.copy(tensor.data());
    }

    private String reason(Place place) {
        Graph.Role role = network.graph().roles().get(place);
        return role instanceof Graph.Unknown unknown ? unknown.reason() : "its numbers follow from no tensor";
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

    /** The source tensor with the bytes of each input and output that was matched. */
    Map<Network.Edge, Integer> edges() {
        Map<Network.Edge, Integer> edges = new LinkedHashMap<>();
        Graph graph = network.graph();
        for (int i = 0; i < graph.inputs().size(); i++) {
            Network.Edge edge = network.inputs().get(i);
            matching.tensor(graph.inputs().get(i)).ifPresent(tensor -> edges.put(edge, tensor));
        }
        for (int i = 0; i < graph.outputs().size(); i++) {
            Network.Edge edge = network.outputs().get(i);
            graph.outputs().get(i).tensor().flatMap(matching::tensor).ifPresent(tensor -> edges.put(edge, tensor));
        }
        return edges;
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
