package org.tensorizer.network.lift;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.Graph;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.rules.Quantized;

/**
 * Finds a scale for every class of tensors. Known are those of inputs and outputs, of arguments and results of functions,
 * and of RELU6 that cuts; sums, products, averages and requantizations tie others to them; what is left is free, and chosen
 * so that the multipliers and clamps around it can be hit exactly.
 */
final class ScaleSolver {
    private static final int BEAM = 24;
    private static final int WIDTH = 8;

    private final Network network;
    private final Scales scales;
    private final Map<Integer, String> origin = new HashMap<>();
    private List<State> beam = new ArrayList<>();

    private record State(double score, float[] values) {}

    /**
     * @param state scale of each class
     * @param origin how each class got its scale
     */
    record Solution(Scales scales, float[] state, Map<Integer, String> origin) {
        float of(GraphTensor tensor) {
            return scales.get(state, tensor);
        }

        String origin(GraphTensor tensor) {
            return origin.getOrDefault(scales.classOf(tensor), "free");
        }
    }

    private ScaleSolver(Network network, List<GraphOperator> operators) {
        this.network = network;
        this.scales = new Scales(network, operators);
        beam.add(new State(0, scales.unknown()));
    }

    static Solution solve(Network network, List<GraphOperator> operators) {
        return new ScaleSolver(network, operators).solve();
    }

    private float[] best() {
        return beam.get(0).values;
    }

    private void set(GraphTensor tensor, float value, String why) {
        set(scales.classOf(tensor), value, why);
    }

    private void set(int own, float value, String why) {
        best()[own] = value;
        origin.put(own, why);
    }

    private boolean isUnknown(GraphTensor tensor) {
        return !Scales.isKnown(scales.get(best(), tensor));
    }

    private Solution solve() {
        known();
        sums();
        if (cuts()) {
            // once more: now the layers between cuts and sums count
            origin.entrySet().removeIf(each -> {
                boolean sum = each.getValue().startsWith("sums");
                if (sum) {
                    best()[each.getKey()] = Float.NaN;
                }
                return sum;
            });
            sums();
        }
        while (true) {
            if (propagate()) {
                continue;
            }
            int free = free();
            if (free < 0) {
                return new Solution(scales, best(), origin);
            }
            beam = new ArrayList<>(List.of(beam.get(0)));
            set(free, new FreeScale(scales, best(), free).chosen(), "free");
        }
    }

    private void known() {
        Graph graph = network.graph();
        for (int i = 0; i < graph.inputs().size(); i++) {
            set(graph.inputs().get(i), network.inputs().get(i).quantized().scale(), "input");
        }
        for (int i = 0; i < graph.outputs().size(); i++) {
            float scale = network.outputs().get(i).quantized().scale();
            graph.outputs().get(i).tensor().filter(this::isUnknown).ifPresent(t -> set(t, scale, "output"));
        }
        for (GraphOperator operator : scales.operators()) {
            GraphTensor input = operator.inputs().get(0);
            if (operator instanceof GraphOperator.Function function) {
                if (isUnknown(input)) {
                    set(input, function.fields().multiplierValue(), "argument of " + function.name());
                }
                if (isUnknown(function.output())) {
                    float result = function.name().equals("TANH") ? 1f / 128 : 1f / 256;
                    set(function.output(), result, "result of " + function.name());
                }
            } else if (operator instanceof GraphOperator.Softmax softmax) {
                if (isUnknown(input)) {
                    set(input, argument(softmax), "argument of SOFTMAX");
                }
                if (isUnknown(softmax.output())) {
                    set(softmax.output(), 1f / 256, "result of SOFTMAX");
                }
            }
        }
    }

    /** The scale of a softmax's input from those of its exponent and difference. */
    static float argument(GraphOperator.Softmax softmax) {
        float exponent = Float.intBitsToFloat(softmax.exponentScale());
        int zero = softmax.inputs().get(0).zeroPoint();
        for (float scale : Ulps.around(exponent, 3)) {
            boolean same = new Quantized(scale, zero).softmaxScale() == exponent
                    && Float.floatToRawIntBits(scale * (1f / exponent)) == softmax.differenceMultiplier();
            if (same) {
                return scale;
            }
        }
        return exponent;
    }

    private void sums() {
        for (SumStates.Found found : SumStates.solve(scales, best())) {
            found.values().forEach((own, value) -> set(own, value, "sums, " + found.states() + " combinations fit"));
        }
    }

    /** An activation that cuts shows the scale; equal clamps mean one scale. */
    private boolean cuts() {
        Map<String, List<GraphOperator>> cuts = new TreeMap<>();
        for (GraphOperator operator : scales.operators()) {
            FusedActivation activation = operator.activation().orElse(FusedActivation.NONE);
            boolean cut = activation == FusedActivation.RELU6 || activation == FusedActivation.RELU_N1_TO_1;
            if (cut && isUnknown(operator.output())) {
                cuts.computeIfAbsent(activation + " " + operator.fields().clampMax(), k -> new ArrayList<>())
                        .add(operator);
            }
        }
        for (List<GraphOperator> group : cuts.values()) {
            boolean six = group.get(0).activation().orElseThrow() == FusedActivation.RELU6;
            float around =
                    (float) ((six ? 6 : 1) / (double) group.get(0).fields().clampMaxValue());
            float chosen = around;
            double most = -1;
            for (float scale : Ulps.around(around, 4)) {
                group.forEach(operator -> best()[scales.classOf(operator.output())] = scale);
                double hit = score(group);
                if (hit > most + 1e-9) {
                    most = hit;
                    chosen = scale;
                }
            }
            for (GraphOperator operator : group) {
                set(operator.output(), chosen, operator.activation().orElseThrow() + " that cuts");
            }
        }
        return !cuts.isEmpty();
    }

    private double score(List<GraphOperator> group) {
        Set<GraphOperator> near = Collections.newSetFromMap(new IdentityHashMap<>());
        group.forEach(operator -> near.addAll(scales.near(scales.classOf(operator.output()))));
        return near.stream()
                .filter(operator -> scales.isKnown(best(), operator))
                .mapToDouble(operator -> scales.score(best(), operator).hit())
                .sum();
    }

    /** The first operator that determines its one unknown class gives its value. */
    private boolean propagate() {
        for (GraphOperator operator : scales.operators()) {
            Scales.Guess guess = scales.guess(best(), operator);
            if (guess != null && isUnknown(guess.tensor())) {
                refine(operator, scales.classOf(guess.tensor()));
                return true;
            }
        }
        return false;
    }

    /**
     * Of the numbers around a value those that hit most fields; several states are carried on, as one choice decides the
     * next.
     */
    private void refine(GraphOperator operator, int own) {
        List<State> next = new ArrayList<>();
        for (State state : beam) {
            Scales.Guess guess = scales.guess(state.values, operator);
            if (guess == null || !(guess.value() > 0)) {
                continue;
            }
            for (float value : Ulps.around((float) guess.value(), WIDTH)) {
                float[] values = state.values.clone();
                values[own] = value;
                Scales.Score score = scales.score(values, own);
                next.add(new State(state.score + score.hit() - score.total(), values));
            }
        }
        next.sort(Comparator.comparingDouble(state -> -state.score)); // stable: the nearest first among equals
        beam = new ArrayList<>(next.subList(0, Math.min(BEAM, next.size())));
        origin.put(own, "ratio of " + operator.name());
    }

    /** An unknown class, those around sums, products and averages first; -1 if there is none. */
    private int free() {
        int any = -1;
        for (int own : scales.classes()) {
            if (Scales.isKnown(best()[own])) {
                continue;
            }
            boolean tied = scales.near(own).stream()
                    .anyMatch(o -> o instanceof GraphOperator.Add
                            || o instanceof GraphOperator.Multiply
                            || o instanceof GraphOperator.Rescale
                            || o instanceof GraphOperator.Pool pool && !pool.keepsScale());
            if (tied) {
                return own;
            }
            any = any < 0 ? own : any;
        }
        return any;
    }
}
