package org.tensorizer.network.explain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tensorizer.base.ByteRange;
import org.tensorizer.isa.Opcode;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.Graph;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.Place;

/**
 * The operators of a network in the order in which they are computed, each with what it owns.
 *
 * @param entries one for each operator that computes anything
 * @param payloadBytes bytes of all parameters
 * @param layerBytes bytes of them that belong to layers
 * @param streamBytes bytes of the instructions of an inference
 * @param unknown ops that were not understood, by place, with the reason
 */
public record NetworkMap(
        List<Entry> entries, int payloadBytes, int layerBytes, int streamBytes, Map<Place, String> unknown) {
    /**
     * An operator.
     *
     * @param index its number
     * @param layer its number among the layers with weights, -1 if it has none
     * @param kind TFLite's name
     * @param inputs shapes
     * @param output shape
     * @param kernel such as {@code 3x3, stride 2}, empty if it has none
     * @param format of the weights, empty if it has none
     * @param activation that the clamps show, empty if they show none
     * @param ops instructions
     * @param tiles that compute it
     * @param payload where its parameters stand in the file
     * @param macs multiply-accumulates of one inference
     * @param stream share of the instructions, from the last op of the operator before to its own last op
     */
    public record Entry(
            int index,
            int layer,
            String kind,
            List<String> inputs,
            String output,
            String kernel,
            String format,
            String activation,
            int ops,
            int tiles,
            Optional<ByteRange> payload,
            long macs,
            double stream) {
        public Entry {
            inputs = List.copyOf(inputs);
        }
    }

    /** The map of a network. */
    public static NetworkMap of(Network network) {
        Graph graph = network.graph();
        Map<Place, Set<Integer>> tiles = new HashMap<>();
        for (OpRecord record : network.trace().records()) {
            tiles.computeIfAbsent(record.instruction().place(), p -> new TreeSet<>())
                    .add(record.tile());
        }
        List<InstructionChunk> chunks = network.program().chunks();
        int[] starts = new int[chunks.size() + 1];
        for (int i = 0; i < chunks.size(); i++) {
            starts[i + 1] = starts[i] + chunks.get(i).range().length() / Opcode.BUNDLE_BYTES;
        }
        int total = starts[chunks.size()];
        TreeMap<Integer, GraphOperator> ends = new TreeMap<>();
        for (GraphOperator operator : graph.operators()) {
            operator.places().stream()
                    .mapToInt(place -> starts[place.chunk()] + place.bundle())
                    .max()
                    .ifPresent(end -> ends.put(end, operator));
        }
        Map<GraphOperator, Double> shares = new IdentityHashMap<>();
        int before = 0;
        for (Map.Entry<Integer, GraphOperator> end : ends.entrySet()) {
            shares.put(end.getValue(), (double) (end.getKey() - before) / total);
            before = end.getKey();
        }
        List<Entry> entries = new ArrayList<>();
        int layers = 0;
        int layerBytes = 0;
        for (GraphOperator operator : graph.operators()) {
            if (operator.places().isEmpty()) {
                continue;
            }
            int layer = -1;
            Optional<ByteRange> payload = Optional.empty();
            if (operator instanceof LayerOperator weighted) {
                layer = layers++;
                payload = Optional.of(network.range(weighted));
                layerBytes += weighted.layout().size();
            }
            Set<Integer> used = new TreeSet<>();
            operator.places().forEach(place -> used.addAll(tiles.getOrDefault(place, Set.of())));
            entries.add(new Entry(
                    entries.size(),
                    layer,
                    operator.name(),
                    operator.inputs().stream().map(t -> t.shape().toString()).toList(),
                    operator.output().shape().toString(),
                    kernel(operator),
                    operator instanceof LayerOperator weighted
                            ? weighted.layout().header().toString()
                            : "",
                    operator.activation()
                            .filter(a -> a.ordinal() > 0)
                            .map(Enum::name)
                            .orElse(""),
                    operator.places().size(),
                    used.size(),
                    payload,
                    macs(operator),
                    shares.getOrDefault(operator, 0.0)));
        }
        return new NetworkMap(
                entries,
                network.trace().payload().length,
                layerBytes,
                total * Opcode.BUNDLE_BYTES,
                new TreeMap<>(graph.unknown()));
    }

    private static long macs(GraphOperator operator) {
        if (operator instanceof LayerOperator layer) {
            return layer.macs();
        }
        return operator instanceof GraphOperator.Multiply
                ? operator.output().shape().elements()
                : 0;
    }

    private static String kernel(GraphOperator operator) {
        if (operator instanceof LayerOperator layer && layer.kind() != LayerOperator.Kind.FULLY_CONNECTED) {
            LayerOperator.Geometry g = layer.geometry();
            GraphTensor.Shape output = layer.output().shape();
            StringBuilder text = new StringBuilder(
                    layer.layout().height() + "x" + layer.layout().width());
            boolean strided = output.height() > 1 && g.strideY() > 1 || output.width() > 1 && g.strideX() > 1;
            if (strided) {
                text.append(", stride ")
                        .append(g.strideY() == g.strideX() ? g.strideY() : g.strideY() + "x" + g.strideX());
            }
            if (g.dilationY() > 1 || g.dilationX() > 1) {
                text.append(", dilation ").append(g.dilationY());
            }
            return text.toString();
        } else if (operator instanceof GraphOperator.Pool pool) {
            return pool.window().height() + "x" + pool.window().width() + ", stride "
                    + pool.window().strideY();
        }
        return "";
    }
}
