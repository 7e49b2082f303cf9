package org.tensorizer.network.lift;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntPredicate;
import org.tensorizer.dense.Factors;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.LayerOperator;

/**
 * Scales of tensors that sums tie together: all combinations of float32 numbers that give every factor, multiplier and
 * clamp at once. They begin with a known scale, or with every mantissa there is, and each sum leaves few of them.
 */
final class SumStates {
    /** Layers are looked at when this many states are left. */
    private static final int FEW = 50_000;

    private static final int CHANNELS = 128;

    private final Scales scales;
    private final float[] known;
    private final Map<Integer, float[]> states = new HashMap<>();
    private int count = 1;

    private SumStates(Scales scales, float[] known) {
        this.scales = scales;
        this.known = known;
    }

    /** Scales of the classes of connected sums. */
    record Found(Map<Integer, Float> values, int states) {}

    /** All groups of connected sums, each with the first combination that is left; those without one are left out. */
    static List<Found> solve(Scales scales, float[] known) {
        List<GraphOperator.Add> left = new ArrayList<>(scales.operators().stream()
                .filter(GraphOperator.Add.class::isInstance)
                .map(GraphOperator.Add.class::cast)
                .toList());
        List<Found> found = new ArrayList<>();
        while (!left.isEmpty()) {
            List<GraphOperator.Add> group = connected(scales, left);
            left.removeAll(group);
            Found one = new SumStates(scales, known).solve(group);
            if (one != null) {
                found.add(one);
            }
        }
        return found;
    }

    /** The first sum and all that share a class with it, directly or not, in their order. */
    private static List<GraphOperator.Add> connected(Scales scales, List<GraphOperator.Add> sums) {
        Set<Integer> classes = new HashSet<>(classes(scales, sums.get(0)));
        Set<GraphOperator.Add> group = new HashSet<>();
        int before;
        do {
            before = group.size();
            for (GraphOperator.Add sum : sums) {
                List<Integer> own = classes(scales, sum);
                if (!Collections.disjoint(classes, own) && group.add(sum)) {
                    classes.addAll(own);
                }
            }
        } while (group.size() > before);
        return sums.stream().filter(group::contains).toList();
    }

    private static List<Integer> classes(Scales scales, GraphOperator.Add sum) {
        return List.of(
                scales.classOf(sum.inputs().get(0)), scales.classOf(sum.inputs().get(1)), scales.classOf(sum.output()));
    }

    private float[] of(GraphTensor tensor) {
        int own = scales.classOf(tensor);
        if (!states.containsKey(own) && Scales.isKnown(known[own])) {
            float[] same = new float[count];
            Arrays.fill(same, known[own]);
            states.put(own, same);
        }
        return states.get(own);
    }

    private boolean keep(IntPredicate kept) {
        int[] index = new int[count];
        int n = 0;
        for (int i = 0; i < count; i++) {
            if (kept.test(i)) {
                index[n++] = i;
            }
        }
        int left = n;
        states.replaceAll((own, values) -> {
            float[] fewer = new float[left];
            for (int i = 0; i < left; i++) {
                fewer[i] = values[index[i]];
            }
            return fewer;
        });
        count = left;
        return left > 0;
    }

    /** A new class: the numbers around a value of each state. */
    private void spread(GraphTensor tensor, double[] around, int width) {
        int copies = 2 * width + 1;
        states.replaceAll((own, values) -> {
            float[] more = new float[count * copies];
            for (int i = 0; i < more.length; i++) {
                more[i] = values[i / copies];
            }
            return more;
        });
        float[] values = new float[count * copies];
        for (int i = 0; i < values.length; i++) {
            values[i] = Ulps.step((float) around[i / copies], i % copies - width);
        }
        states.put(scales.classOf(tensor), values);
        count = values.length;
    }

    /** Whether any state is left in which the operators that give a class have their clamps and multipliers. */
    private boolean fits(GraphTensor tensor) {
        int own = scales.classOf(tensor);
        if (Scales.isKnown(known[own])) {
            return true;
        }
        float[] values = states.get(own);
        if (!keep(i -> clamps(own, values[i]))) {
            return false;
        }
        float[] fewer = states.get(own);
        return count > FEW || keep(i -> multipliers(own, fewer[i]));
    }

    private boolean clamps(int own, float scale) {
        for (GraphOperator operator : scales.near(own)) {
            if (scales.classOf(operator.output()) == own
                    && operator.activation().isPresent()
                    && !scales.givesClamps(operator, scale)) {
                return false;
            }
        }
        return true;
    }

    private boolean multipliers(int own, float scale) {
        for (GraphOperator operator : scales.near(own)) {
            if (scales.classOf(operator.output()) != own || !(operator instanceof LayerOperator layer)) {
                continue;
            }
            float input = scales.get(known, layer.inputs().get(0));
            if (!Scales.isKnown(input) || layer.kind() == LayerOperator.Kind.CHANNELWISE) {
                continue;
            }
            float[] all = scales.multipliers(layer);
            for (int channel = 0; channel < Math.min(all.length, CHANNELS); channel++) {
                if (!Ulps.FittedScale.exists(all[channel], input, scale)) {
                    return false;
                }
            }
        }
        return true;
    }

    private Found solve(List<GraphOperator.Add> sums) {
        List<GraphOperator.Add> left = new ArrayList<>(sums);
        while (!left.isEmpty()) {
            GraphOperator.Add next = left.stream()
                    .filter(sum -> of(sum.inputs().get(0)) != null
                            || of(sum.inputs().get(1)) != null
                            || of(sum.output()) != null)
                    .findFirst()
                    .orElse(null);
            if (next == null) {
                next = left.get(0);
                if (!states.isEmpty() || !begin(next)) {
                    return null;
                }
            }
            left.remove(next);
            if (!apply(next)) {
                return null;
            }
        }
        Map<Integer, Float> values = new HashMap<>();
        states.forEach((own, all) -> {
            if (!Scales.isKnown(known[own])) {
                values.put(own, all[0]);
            }
        });
        return new Found(values, count);
    }

    /** Nothing is known: every mantissa of the first operand. */
    private boolean begin(GraphOperator.Add sum) {
        int own = scales.classOf(sum.inputs().get(0));
        float[] all = Ulps.mantissas();
        int n = 0;
        for (float scale : all) {
            if (clamps(own, scale)) {
                all[n++] = scale;
            }
        }
        states.put(own, Arrays.copyOf(all, n));
        count = n;
        return n > 0;
    }

    private boolean apply(GraphOperator.Add sum) {
        GraphTensor a = sum.inputs().get(0);
        GraphTensor b = sum.inputs().get(1);
        int p = sum.firstFactor();
        int q = sum.secondFactor();
        GraphTensor large = p >= q ? a : b;
        int factor = Math.max(p, q);
        float multiplier = sum.fields().multiplierValue();
        if (of(a) == null && of(b) == null) {
            float[] output = of(sum.output());
            spread(large, doubles(output, scale -> (double) multiplier * scale * factor), 3);
            if (!gives(sum, large, factor, multiplier) || !fits(large)) {
                return false;
            }
        }
        RatioInterval ratios = RatioInterval.of(p, q);
        boolean partner = of(a) == null || of(b) == null;
        if (partner) {
            GraphTensor unknown = of(a) == null ? a : b;
            float[] other = of(unknown == a ? b : a);
            double ratio = unknown == a ? (double) p / q : (double) q / p;
            spread(unknown, doubles(other, scale -> scale * ratio), 1);
        }
        float[] left = of(a);
        float[] right = of(b);
        if (!keep(i -> ratios.contains((double) left[i] / right[i])) || partner && !(fits(a) && fits(b))) {
            return false;
        }
        if (of(sum.output()) == null) {
            spread(sum.output(), doubles(of(large), scale -> scale / (double) factor / multiplier), 2);
            return gives(sum, large, factor, multiplier) && fits(sum.output());
        }
        return gives(sum, large, factor, multiplier);
    }

    private boolean gives(GraphOperator.Add sum, GraphTensor large, int factor, float multiplier) {
        float[] scale = of(large);
        float[] output = of(sum.output());
        return keep(i -> scale[i] / factor * (1f / output[i]) == multiplier);
    }

    private static double[] doubles(float[] scales, DoubleUnaryOperator function) {
        double[] values = new double[scales.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = function.applyAsDouble(scales[i]);
        }
        return values;
    }

    /** Ratios whose best rational approximation is p / q. */
    private record RatioInterval(double low, double high) {
        static RatioInterval of(int p, int q) {
            double ratio = (double) p / q;
            return isBest(ratio, p, q)
                    ? new RatioInterval(end(ratio, -1, p, q), end(ratio, 1, p, q))
                    : new RatioInterval(ratio, ratio);
        }

        private static boolean isBest(double ratio, int p, int q) {
            return Factors.of(ratio).equals(new Factors(p, q));
        }

        private static double end(double ratio, int sign, int p, int q) {
            double inside = 0;
            double outside = 1e-6;
            while (isBest(ratio * (1 + sign * outside), p, q)) {
                outside *= 4;
            }
            for (int i = 0; i < 40; i++) {
                double middle = (inside + outside) / 2;
                if (isBest(ratio * (1 + sign * middle), p, q)) {
                    inside = middle;
                } else {
                    outside = middle;
                }
            }
            return ratio * (1 + sign * inside);
        }

        boolean contains(double ratio) {
            return ratio >= low && ratio <= high;
        }
    }
}
