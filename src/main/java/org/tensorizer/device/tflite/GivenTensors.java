package org.tensorizer.device.tflite;

import java.util.BitSet;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.TfliteModel.Subgraph;

/**
 * Whether each tensor is given before it is read: as an input, as a constant with bytes, by an operator before, or as a
 * variable. TFLite's kernels do not ask; those that find no bytes read address 0, which ends the process.
 */
final class GivenTensors {
    private static final int SHOWN = 60;

    private final TfliteModel model;
    private final Subgraph graph;
    private final BitSet given = new BitSet();

    private GivenTensors(TfliteModel model, Subgraph graph) {
        this.model = model;
        this.graph = graph;
        graph.inputs().forEach(given::set);
        for (Tensor tensor : graph.tensors()) {
            if (!tensor.data().isEmpty() || tensor.variable() || tensor.shape().contains(0)) {
                given.set(tensor.index());
            }
        }
    }

    /** @throws BadInputException naming the first reader of a tensor that nothing gives */
    static void check(TfliteModel model) {
        model.subgraphs().forEach(graph -> new GivenTensors(model, graph).check());
    }

    private void check() {
        for (Operator operator : graph.operators()) {
            for (int input : operator.inputs()) {
                if (input >= 0) { // else an optional one that is not there
                    require(input, "operator " + operator.index() + ", " + Printable.of(operator.name(), SHOWN));
                }
            }
            operator.outputs().forEach(given::set);
        }
        graph.outputs().forEach(output -> require(output, "the output"));
    }

    private void require(int tensor, String reader) {
        if (!given.get(tensor)) {
            throw new BadInputException(model.name() + ": subgraph " + graph.index() + ": " + reader + ": reads tensor "
                    + tensor + " \"" + Printable.of(graph.tensors().get(tensor).name(), SHOWN)
                    + "\", expected one that is an input, has bytes, or is written by an operator before");
        }
    }
}
