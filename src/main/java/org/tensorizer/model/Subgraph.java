package org.tensorizer.model;

import java.util.List;

/**
 * A graph of a TFLite model. The first one is what an interpreter runs.
 *
 * @param index its number in the model
 * @param name its name, empty if it has none
 * @param tensors all tensors, by index
 * @param inputs tensor indices of the graph's inputs
 * @param outputs tensor indices of the graph's outputs
 * @param operators in the order of execution
 */
public record Subgraph(
        int index,
        String name,
        List<Tensor> tensors,
        List<Integer> inputs,
        List<Integer> outputs,
        List<Operator> operators) {
    public Subgraph {
        tensors = List.copyOf(tensors);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        operators = List.copyOf(operators);
    }
}
