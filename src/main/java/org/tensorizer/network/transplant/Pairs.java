package org.tensorizer.network.transplant;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.tensorizer.base.Printable;
import org.tensorizer.model.Operator;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.LayerOperator;

/** What has been matched so far, with the way back, and what hindered the attempt that came furthest. */
final class Pairs {
    private final Map<GraphTensor, Integer> tensors = new HashMap<>();
    private final Map<GraphOperator, Operator> operators = new HashMap<>();
    private final Deque<Runnable> undo = new ArrayDeque<>();
    private String problem = "";
    private int deepest = -1;

    /** Number of the source tensor, null if none was matched. */
    Integer of(GraphTensor tensor) {
        return tensors.get(tensor);
    }

    /** The source operator, null if none was matched. */
    Operator of(GraphOperator operator) {
        return operators.get(operator);
    }

    void bind(GraphTensor tensor, int to) {
        tensors.put(tensor, to);
        undo.push(() -> tensors.remove(tensor));
    }

    void bind(GraphOperator operator, Operator to) {
        operators.put(operator, to);
        undo.push(() -> operators.remove(operator));
    }

    int size() {
        return undo.size();
    }

    /** Forgets what was matched since there were so many. */
    void rewind(int size) {
        while (undo.size() > size) {
            undo.pop().run();
        }
    }

    String problem() {
        return problem;
    }

    /** @return false */
    boolean fail(GraphTensor at, String reason) {
        return at.producer().isPresent()
                ? fail(at.producer().get(), reason)
                : fail("input " + Printable.name(at.name()) + " of the compiled network " + reason);
    }

    /** @return false */
    boolean fail(GraphOperator at, String reason) {
        return fail((at instanceof LayerOperator layer ? layer.toString() : at.name()) + " of the compiled network "
                + (at.places().isEmpty() ? "" : "(" + at.places().get(0) + ") ") + reason);
    }

    private boolean fail(String reason) {
        if (undo.size() >= deepest) {
            deepest = undo.size();
            problem = reason;
        }
        return false;
    }
}
