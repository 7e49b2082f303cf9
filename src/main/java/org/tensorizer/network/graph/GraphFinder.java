package org.tensorizer.network.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.OpRecord.ParameterTags;
import org.tensorizer.network.trace.Place;
import org.tensorizer.network.trace.Tag;
import org.tensorizer.network.trace.Trace;
import org.tensorizer.network.trace.TraceException;

/**
 * Finds the operators of a network. Ops are taken in the order of their first run, a layer at its last instruction; what
 * reads results that have no place yet waits for the next round, because tiles run ahead of each other.
 */
public final class GraphFinder {
    /** A Dense spread over tiles may leave a gap in the payload, at most a row of wide memory. */
    private static final int GAP = 256;

    private final Trace trace;
    private final Places places;
    private final GraphBuilder builder = new GraphBuilder();
    private final Assembler assembler = new Assembler(builder);
    private final LayerFinder layers;
    private final ElementFinder elements;
    private final Map<Place, List<OpRecord>> byPlace = new LinkedHashMap<>();
    private final Map<Place, String> unknown = new TreeMap<>();

    /** Records that are placed together, and where they stand in the program. */
    private record Unit(int order, boolean layer, List<OpRecord> records) {}

    private GraphFinder(Trace trace) {
        this.trace = trace;
        this.places = new Places(trace.records());
        this.layers = new LayerFinder(trace, places, builder);
        this.elements = new ElementFinder(trace, places, builder);
        for (OpRecord record : trace.records()) {
            byPlace.computeIfAbsent(record.instruction().place(), p -> new ArrayList<>())
                    .add(record);
        }
    }

    /**
     * Finds the operators.
     *
     * @param zeroPoints unsigned zero point of each input
     * @throws TraceException instructions wait for each other
     */
    public static Graph find(Trace trace, List<Integer> zeroPoints) {
        return new GraphFinder(trace).graph(zeroPoints);
    }

    private Graph graph(List<Integer> zeroPoints) {
        List<GraphTensor> inputs = new ArrayList<>();
        for (Trace.Input input : trace.inputs()) {
            GraphTensor tensor = builder.input(
                    input.name(), new Shape(input.y(), input.x(), input.z()), zeroPoints.get(inputs.size()));
            places.input(input.firstByte(), tensor);
            inputs.add(tensor);
        }
        for (Trace.Output output : trace.outputs()) {
            for (int tag : output.tags()) {
                if (Tag.kind(tag) == Tag.RESULT) {
                    places.leaves(tag);
                }
            }
        }
        resolve(units());
        List<Graph.Output> outputs = trace.outputs().stream().map(this::output).toList();
        return new Graph(inputs, outputs, List.copyOf(builder.operators()), places.slices(), roles(), unknown);
    }

    private Graph.Output output(Trace.Output output) {
        try {
            long[] at = new long[output.tags().length];
            for (int i = 0; i < at.length; i++) {
                at[i] = places.of(output.tags()[i]);
            }
            String where = "output " + output.name();
            Assembler.Assembled found = assembler.assemble(at, new Shape(output.y(), output.x(), output.z()), where);
            if (found.order() != null) {
                throw new TraceException(where + ": elements are permuted");
            }
            return new Graph.Output(output.name(), Optional.of(found.tensor()), "");
        } catch (TraceException e) {
            return new Graph.Output(output.name(), Optional.empty(), e.getMessage());
        }
    }

    private List<Unit> units() {
        Map<Place, Integer> order = new LinkedHashMap<>();
        byPlace.keySet().forEach(place -> order.put(place, order.size()));
        List<Span> spans = new ArrayList<>();
        byPlace.forEach((place, records) -> {
            if (records.get(0).kind() == OpRecord.Kind.LAYER) {
                spans.add(Span.of(place, records));
            }
        });
        spans.sort(Comparator.comparingInt((Span span) -> span.low).thenComparingInt(span -> span.high));
        List<Span> merged = new ArrayList<>();
        for (Span span : spans) {
            Span before = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (before != null && (span.low < before.high || before.isContinuedBy(span))) {
                before.add(span);
            } else {
                merged.add(span);
            }
        }
        List<Unit> units = new ArrayList<>();
        Set<Place> inLayers = new HashSet<>();
        for (Span span : merged) {
            List<OpRecord> records = new ArrayList<>();
            int last = 0;
            for (Place place : span.places) {
                records.addAll(byPlace.get(place));
                last = Math.max(last, order.get(place));
                inLayers.add(place);
            }
            units.add(new Unit(last, true, records));
        }
        byPlace.forEach((place, records) -> {
            List<OpRecord> results =
                    records.stream().filter(r -> r.kind() != OpRecord.Kind.COPY).toList();
            if (!inLayers.contains(place) && !results.isEmpty()) {
                units.add(new Unit(order.get(place), false, results));
            }
        });
        units.sort(Comparator.comparingInt(Unit::order));
        return units;
    }

    /** An interval of payload bytes, and the instructions that read it. */
    private static final class Span {
        private final int low;
        private int high;
        private final List<Place> places = new ArrayList<>();
        private final OpRecord first;
        private boolean full = true;

        private Span(int low, int high, Place place, List<OpRecord> records) {
            this.low = low;
            this.high = high;
            this.first = records.get(0);
            places.add(place);
            for (OpRecord record : records) {
                full &= record.instruction().lanes() == 64
                        && record.instruction().lastLanes() == 64;
            }
        }

        static Span of(Place place, List<OpRecord> records) {
            int low = Integer.MAX_VALUE;
            int high = 0;
            for (OpRecord record : records) {
                int[] offsets = record.offsets();
                for (int result = 0; result < record.results(); result++) {
                    int base = record.bases()[result];
                    low = Math.min(low, base);
                    high = Math.max(high, base + offsets[offsets.length - 1] + 4 * record.lanes(result));
                }
                for (ParameterTags each : record.parameters()) {
                    for (int tag :
                            new int[] {each.bias(), each.scale()}) { // rows of zero points may serve several layers
                        if (Tag.kind(tag) == Tag.PARAMETER) {
                            low = Math.min(low, Tag.index(tag));
                            high = Math.max(high, Tag.index(tag) + 4 * each.lanes());
                        }
                    }
                }
            }
            return new Span(low, high, place, records);
        }

        void add(Span other) {
            high = Math.max(high, other.high);
            places.addAll(other.places);
            full &= other.full;
        }

        boolean isContinuedBy(Span next) {
            int taps = first.taps();
            return full
                    && next.low - high < GAP
                    && first.instruction()
                            .fields()
                            .equals(next.first.instruction().fields())
                    && taps == next.first.taps()
                    && Arrays.equals(first.words(), 0, taps, next.first.words(), 0, taps);
        }
    }

    private void resolve(List<Unit> units) {
        List<Unit> left = units;
        while (!left.isEmpty()) {
            List<Unit> waiting = new ArrayList<>();
            for (Unit unit : left) {
                try {
                    if (unit.layer) {
                        layers.find(unit.records);
                    } else {
                        elements.find(unit.records);
                    }
                } catch (Places.Later e) {
                    waiting.add(unit);
                    continue;
                } catch (TraceException e) {
                    for (OpRecord record : unit.records) {
                        places.refuse(record, e.getMessage());
                        unknown.put(record.instruction().place(), e.getMessage());
                    }
                }
                unit.records.forEach(places::done);
            }
            if (waiting.size() == left.size()) {
                throw new TraceException("instructions wait for each other, the first is "
                        + waiting.get(0).records.get(0).instruction());
            }
            left = waiting;
        }
    }

    private Map<Place, Graph.Role> roles() {
        Map<Place, Graph.Role> roles = new TreeMap<>();
        for (GraphOperator operator : builder.operators()) {
            for (Place place : operator.places()) {
                roles.put(place, new Graph.Computes(operator));
            }
        }
        byPlace.forEach((place, records) -> {
            if (unknown.containsKey(place)) {
                roles.put(place, new Graph.Unknown(unknown.get(place)));
            } else if (!roles.containsKey(place)) {
                roles.put(
                        place, records.get(0).kind() == OpRecord.Kind.COPY ? copies(records) : new Graph.SoftmaxStep());
            }
        });
        return roles;
    }

    private Graph.Role copies(List<OpRecord> records) {
        Set<GraphTensor> tensors = new LinkedHashSet<>();
        boolean internal = false;
        try {
            for (OpRecord record : records) {
                if (record.kind() != OpRecord.Kind.COPY) {
                    continue;
                }
                for (int tag : record.origins()) {
                    long place = places.of(tag);
                    internal |= place == Places.INTERNAL;
                    if (Places.isElement(place)) {
                        GraphTensor tensor = builder.tensor(Places.tensor(place));
                        internal |= elements.isStep(tensor);
                        tensors.add(tensor);
                    }
                }
            }
        } catch (TraceException e) {
            return new Graph.Unknown(e.getMessage());
        }
        return internal ? new Graph.SoftmaxStep() : new Graph.Copies(List.copyOf(tensors));
    }
}
