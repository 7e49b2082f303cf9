package org.tensorizer.network.lift;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.tensorizer.dense.Factors;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.rules.Quantized;

/**
 * One unknown scale for each class of tensors that must share it, and what the operators say about them. A state is an
 * array with the scale of each class, NaN where it is not known.
 */
final class Scales {
    private static final double SHARE_OF_MULTIPLIER = 4;

    private final Network network;
    private final List<GraphOperator> operators;
    private final int[] parent;
    private final List<List<GraphOperator>> near = new ArrayList<>();

    /**
     * @param hit fields that a state gives
     * @param total fields that there are
     */
    record Score(double hit, double total) {
        static final Score NONE = new Score(0, 0);

        Score plus(Score other) {
            return new Score(hit + other.hit, total + other.total);
        }

        boolean isFull() {
            return hit >= total - 1e-9;
        }
    }

    /**
     * @param tensor of the class
     * @param value it must have, to a few units in the last place
     */
    record Guess(GraphTensor tensor, double value) {}

    /** @param operators those that the outputs need */
    Scales(Network network, List<GraphOperator> operators) {
        this.network = network;
        this.operators = operators;
        int tensors = 0;
        for (GraphOperator operator : operators) {
            tensors = Math.max(tensors, operator.output().index() + 1);
            for (GraphTensor input : operator.inputs()) {
                tensors = Math.max(tensors, input.index() + 1);
            }
        }
        for (GraphTensor input : network.graph().inputs()) {
            tensors = Math.max(tensors, input.index() + 1);
        }
        parent = new int[tensors];
        Arrays.setAll(parent, i -> i);
        for (GraphOperator operator : operators) {
            if (sharesScale(operator)) {
                operator.inputs()
                        .forEach(input -> parent[root(input.index())] =
                                root(operator.output().index()));
            }
        }
        for (int i = 0; i < tensors; i++) {
            near.add(new ArrayList<>());
        }
        for (GraphOperator operator : operators) {
            classes(operator).forEach(root -> near.get(root).add(operator));
        }
    }

    private static boolean sharesScale(GraphOperator operator) {
        return operator instanceof GraphOperator.Pool pool
                ? pool.keepsScale()
                : operator instanceof GraphOperator.Reshape
                        || operator instanceof GraphOperator.Slice
                        || operator instanceof GraphOperator.Pad
                        || operator instanceof GraphOperator.Concatenation
                        || operator instanceof GraphOperator.Resize;
    }

    private int root(int tensor) {
        int at = tensor;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
    }

    /** Number of a tensor's class. */
    int classOf(GraphTensor tensor) {
        return root(tensor.index());
    }

    /** Classes that occur, in the order of their first operator. */
    Set<Integer> classes() {
        Set<Integer> found = new LinkedHashSet<>();
        network.graph().inputs().forEach(input -> found.add(classOf(input)));
        operators.forEach(operator -> found.addAll(classes(operator)));
        return found;
    }

    private Set<Integer> classes(GraphOperator operator) {
        Set<Integer> found = new LinkedHashSet<>();
        operator.inputs().forEach(input -> found.add(classOf(input)));
        found.add(classOf(operator.output()));
        return found;
    }

    List<GraphOperator> operators() {
        return operators;
    }

    /** Operators that read or give a tensor of a class. */
    List<GraphOperator> near(int scaleClass) {
        return near.get(scaleClass);
    }

    /** A state in which nothing is known. */
    float[] unknown() {
        float[] state = new float[parent.length];
        Arrays.fill(state, Float.NaN);
        return state;
    }

    float get(float[] state, GraphTensor tensor) {
        return state[classOf(tensor)];
    }

    static boolean isKnown(float scale) {
        return !Float.isNaN(scale);
    }

    boolean isKnown(float[] state, GraphOperator operator) {
        return operator.inputs().stream().allMatch(input -> isKnown(get(state, input)))
                && isKnown(get(state, operator.output()));
    }

    /** Multipliers of a layer's channels. */
    float[] multipliers(LayerOperator layer) {
        return network.multipliers(layer);
    }

    /** Whether a scale of an operator's output gives its clamps. */
    boolean givesClamps(GraphOperator operator, float scale) {
        return clamps(operator, scale) == 2;
    }

    private int clamps(GraphOperator operator, float scale) {
        FusedActivation activation = operator.activation().orElseThrow();
        Quantized output = new Quantized(scale, operator.output().zeroPoint());
        return (Float.floatToRawIntBits(output.clampMax(activation))
                                == operator.fields().clampMax()
                        ? 1
                        : 0)
                + (output.clampMin(activation) == operator.fields().clampMinValue() ? 1 : 0);
    }

    /** Fields of an operator, all of whose scales are known, that a state gives. */
    Score score(float[] state, GraphOperator operator) {
        double hit = 0;
        double total = 0;
        float output = get(state, operator.output());
        if (operator.activation().isPresent()) {
            hit += clamps(operator, output);
            total += 2;
        }
        float expected = multiplier(state, operator);
        if (isKnown(expected)) {
            hit += expected == operator.fields().multiplierValue() ? SHARE_OF_MULTIPLIER : 0;
            total += SHARE_OF_MULTIPLIER;
        }
        if (operator instanceof GraphOperator.Add add) {
            Factors factors = Factors.of((double) get(state, add.inputs().get(0))
                    / get(state, add.inputs().get(1)));
            boolean same = factors.first() == add.firstFactor() && factors.second() == add.secondFactor();
            hit += same ? SHARE_OF_MULTIPLIER : 0;
            total += SHARE_OF_MULTIPLIER;
        }
        if (operator instanceof LayerOperator layer && layer.kind() != LayerOperator.Kind.CHANNELWISE) {
            hit += SHARE_OF_MULTIPLIER
                    * shareOfWeightScales(layer, get(state, layer.inputs().get(0)), output);
            total += SHARE_OF_MULTIPLIER;
        }
        return new Score(hit, total);
    }

    private double shareOfWeightScales(LayerOperator layer, float input, float output) {
        float[] multipliers = multipliers(layer);
        int found = 0;
        for (float multiplier : multipliers) {
            found += Ulps.FittedScale.exists(multiplier, input, output) ? 1 : 0;
        }
        return (double) found / multipliers.length;
    }

    /** Score of all operators near a class whose scales are known. */
    Score score(float[] state, int scaleClass) {
        Score score = Score.NONE;
        for (GraphOperator operator : near(scaleClass)) {
            if (isKnown(state, operator)) {
                score = score.plus(score(state, operator));
            }
        }
        return score;
    }

    /** The multiplier that a state gives an operator without weights; NaN if it has none that scales determine. */
    private float multiplier(float[] state, GraphOperator operator) {
        float input = get(state, operator.inputs().get(0));
        float inverse = 1f / get(state, operator.output());
        if (operator instanceof GraphOperator.Rescale
                || operator instanceof GraphOperator.Pool maximum && maximum.isMaximum()) {
            return input * inverse;
        } else if (operator instanceof GraphOperator.Pool pool) {
            return input * (1f / pool.count()) * inverse;
        } else if (operator instanceof GraphOperator.Multiply multiply) {
            return input * get(state, multiply.inputs().get(1)) * inverse;
        } else if (operator instanceof GraphOperator.Add add) {
            boolean first = add.firstFactor() >= add.secondFactor();
            float scale = first ? input : get(state, add.inputs().get(1));
            return scale / Math.max(add.firstFactor(), add.secondFactor()) * inverse;
        }
        return Float.NaN;
    }

    /** The one unknown class of an operator, if the operator determines it; null if not. */
    Guess guess(float[] state, GraphOperator operator) {
        List<GraphTensor> unknown = new ArrayList<>();
        for (GraphTensor input : operator.inputs()) {
            if (!isKnown(get(state, input))) {
                unknown.add(input);
            }
        }
        if (!isKnown(get(state, operator.output()))) {
            unknown.add(operator.output());
        }
        long classes = unknown.stream().mapToInt(this::classOf).distinct().count();
        if (classes == 0) {
            return null;
        }
        if (operator instanceof GraphOperator.Add add) {
            return guess(state, add, classes > 1, unknown.get(0));
        }
        if (classes > 1) {
            return null;
        }
        GraphTensor tensor = unknown.get(0);
        boolean isOutput = classOf(tensor) == classOf(operator.output());
        double input = get(state, operator.inputs().get(0));
        double output = get(state, operator.output());
        double multiplier = operator.fields() == null ? 0 : operator.fields().multiplierValue();
        if (operator instanceof GraphOperator.Rescale) {
            return new Guess(tensor, isOutput ? input / multiplier : multiplier * output);
        } else if (operator instanceof GraphOperator.Pool pool && !pool.keepsScale()) {
            return new Guess(tensor, isOutput ? input / pool.count() / multiplier : multiplier * pool.count() * output);
        } else if (operator instanceof GraphOperator.Multiply multiply) {
            GraphTensor a = multiply.inputs().get(0);
            GraphTensor b = multiply.inputs().get(1);
            if (isOutput) {
                return new Guess(tensor, input * get(state, b) / multiplier);
            } else if (classOf(a) == classOf(b)) {
                return new Guess(tensor, Math.sqrt(multiplier * output));
            }
            return new Guess(tensor, multiplier * output / get(state, classOf(tensor) == classOf(a) ? b : a));
        }
        return null;
    }

    private Guess guess(float[] state, GraphOperator.Add add, boolean several, GraphTensor unknown) {
        GraphTensor a = add.inputs().get(0);
        GraphTensor b = add.inputs().get(1);
        double p = add.firstFactor();
        double q = add.secondFactor();
        float left = get(state, a);
        float right = get(state, b);
        float output = get(state, add.output());
        double multiplier = add.fields().multiplierValue();
        if (!isKnown(left) && !isKnown(right)) {
            return isKnown(output) ? new Guess(p >= q ? a : b, multiplier * output * Math.max(p, q)) : null;
        }
        if (!isKnown(left)) {
            return new Guess(a, right * p / q);
        }
        if (!isKnown(right)) {
            return new Guess(b, left * q / p);
        }
        return several ? null : new Guess(unknown, (p >= q ? left / p : right / q) / multiplier);
    }
}
