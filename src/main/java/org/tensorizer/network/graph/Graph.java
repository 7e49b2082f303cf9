package org.tensorizer.network.graph;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorizer.network.trace.Place;

/**
 * A compiled network as operators.
 *
 * @param inputs in the order of the executable
 * @param outputs in the order of the executable
 * @param operators in an order in which they can be computed, those that nothing needs included
 * @param slices where elements of tensors are computed
 * @param roles what each op of the program does, by place
 * @param unknown ops that were not understood, with the reason
 */
public record Graph(
        List<GraphTensor> inputs,
        List<Output> outputs,
        List<GraphOperator> operators,
        List<TensorSlice> slices,
        Map<Place, Role> roles,
        Map<Place, String> unknown) {
    /**
     * An output of the network.
     *
     * @param name of the executable's layer
     * @param tensor what it holds; empty if it depends on something that was not understood
     * @param refused the reason, empty if there is none
     */
    public record Output(String name, Optional<GraphTensor> tensor, String refused) {}

    /**
     * Elements of tensors as they are computed: results of one run of an op on one tile. Result r is the elements {@code
     * elements[r]} to {@code elements[r] + lanes[r] - 1} of the tensor with index {@code tensors[r]}, one byte each; -1
     * where it belongs to none. Arrays are shared and not to be changed.
     *
     * @param run number of the execution of the instruction in the linked program
     * @param tile that computes them
     */
    public record TensorSlice(int run, int tile, int[] tensors, int[] elements, int[] lanes) {}

    /** What an op of the program is there for. */
    public sealed interface Role {}

    /** It computes an operator, or a part of it. */
    public record Computes(GraphOperator operator) implements Role {}

    /** It hands on elements of tensors as they are; constants only if there is no tensor. */
    public record Copies(List<GraphTensor> tensors) implements Role {}

    /** It is a step inside a softmax. */
    public record SoftmaxStep() implements Role {}

    /** It was not understood. */
    public record Unknown(String reason) implements Role {}

    /** The layers with weights, in the order in which they are computed. */
    public List<LayerOperator> layers() {
        return operators.stream()
                .filter(LayerOperator.class::isInstance)
                .map(LayerOperator.class::cast)
                .toList();
    }
}
