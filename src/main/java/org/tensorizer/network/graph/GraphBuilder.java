package org.tensorizer.network.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.trace.Place;

/** Tensors and operators while they are found, and tensors assembled from elements of others. */
final class GraphBuilder {
    private final List<GraphTensor> tensors = new ArrayList<>();
    private final List<GraphOperator> operators = new ArrayList<>();
    private final Map<Object, GraphTensor> made = new HashMap<>();
    private final Map<GraphTensor, List<Place>> places = new HashMap<>();
    private final Set<GraphTensor> dense = new HashSet<>();

    GraphTensor input(String name, Shape shape, int zeroPoint) {
        GraphTensor tensor = new GraphTensor(tensors.size(), name, shape, zeroPoint);
        tensors.add(tensor);
        return tensor;
    }

    /**
     * A new operator and its output.
     *
     * @param operator makes the operator from its output and the growing list of its instructions
     */
    GraphTensor add(Shape shape, int zeroPoint, BiFunction<GraphTensor, List<Place>, GraphOperator> operator) {
        GraphTensor output = input("", shape, zeroPoint);
        List<Place> list = new ArrayList<>();
        GraphOperator made = operator.apply(output, list);
        places.put(output, list);
        output.producer(made);
        operators.add(made);
        made.inputs().forEach(input -> input.user(made));
        return output;
    }

    /** The output of the operator with this key, made when it is new. */
    GraphTensor get(Object key, Function<Object, GraphTensor> make) {
        GraphTensor known = made.get(key);
        if (known == null) {
            known = make.apply(key);
            made.put(key, known);
        }
        return known;
    }

    boolean has(Object key) {
        return made.containsKey(key);
    }

    /** The instruction computes a part of the tensor. */
    void at(GraphTensor output, Place place) {
        List<Place> list = places.get(output);
        if (!list.contains(place)) {
            list.add(place);
        }
    }

    /** The tensor is the output of a Dense layer. */
    void markDense(GraphTensor output) {
        dense.add(output);
    }

    boolean isDense(GraphTensor tensor) {
        return dense.contains(tensor);
    }

    GraphTensor tensor(int index) {
        return tensors.get(index);
    }

    List<GraphOperator> operators() {
        return operators;
    }
}
