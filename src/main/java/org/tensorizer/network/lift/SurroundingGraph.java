package org.tensorizer.network.lift;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.base.BadInputException;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.template.TfliteWriter;

/** The model around a package with its custom op replaced by lifted operators; all others stay as they are. Used once. */
final class SurroundingGraph {
    private final Network network;
    private final LiftedWriter lifted;
    private final TfliteWriter writer = new TfliteWriter();
    private final Map<Integer, Integer> at = new HashMap<>();

    SurroundingGraph(Network network, ScaleSolver.Solution solution, List<GraphOperator> operators) {
        this.network = network;
        this.lifted = new LiftedWriter(network, solution, operators, writer);
    }

    /** @param report kept in the file */
    byte[] write(String report) {
        TfliteModel model = network.model();
        for (Operator operator : model.operators()) {
            if (operator.index() == network.compiled().operator()) {
                embed();
            } else if (operator.inputs().stream().allMatch(t -> t < 0 || isThere(t))) {
                copy(operator);
            }
        }
        List<Integer> inputs = model.inputs().stream().map(this::tensor).toList();
        List<Integer> outputs =
                model.outputs().stream().filter(this::isThere).map(this::tensor).toList();
        if (outputs.isEmpty()) {
            throw new BadInputException(model.name() + ": no output of the model is left");
        }
        return writer.write(inputs, outputs, Lifted.DESCRIPTION, Lifted.METADATA, report);
    }

    /** Whether a tensor is an input, a constant, or made already: outputs that were left out are not. */
    private boolean isThere(int tensor) {
        boolean made =
                network.model().operators().stream().anyMatch(o -> o.outputs().contains(tensor));
        return at.containsKey(tensor) || !made;
    }

    private int tensor(int index) {
        return at.computeIfAbsent(
                index,
                i -> writer.copied(network.model(), network.model().tensors().get(i)));
    }

    private void embed() {
        List<Integer> inputs = new ArrayList<>();
        for (Network.Edge edge : network.inputs()) {
            inputs.add(tensor(edge.tensor().index()));
        }
        List<Integer> outputs = lifted.write(inputs);
        for (int i = 0; i < outputs.size(); i++) {
            if (outputs.get(i) >= 0) {
                at.put(network.outputs().get(i).tensor().index(), outputs.get(i));
            }
        }
    }

    private void copy(Operator operator) {
        writer.copied(
                network.model(),
                operator,
                operator.inputs().stream().map(t -> t < 0 ? -1 : tensor(t)).toList(),
                operator.outputs().stream().map(this::tensor).toList());
    }
}
