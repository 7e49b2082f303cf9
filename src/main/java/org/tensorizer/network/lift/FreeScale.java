package org.tensorizer.network.lift;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoublePredicate;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.lift.Ulps.FittedScale;

/**
 * A scale for a class of tensors that nothing ties to others: one that the multipliers and clamps around it can be hit
 * exactly with. Just above a power of two nearly every product has a solution, and the last bits of the clamps still vary;
 * 6/255 where the clamps allow a RELU6.
 */
final class FreeScale {
    private static final int TRIES = 400;
    private static final int CHANNELS = 512;
    private static final int MANTISSAS = 8;

    private final Scales scales;
    private final float[] values;
    private final int own;
    private final List<GraphOperator> makers;
    private double most = -1;
    private float chosen;

    /** @param values scale of each class; that of the class is tried out here */
    FreeScale(Scales scales, float[] values, int own) {
        this.scales = scales;
        this.values = values;
        this.own = own;
        makers = scales.near(own).stream()
                .filter(o -> scales.classOf(o.output()) == own && o.fields() != null)
                .toList();
    }

    float chosen() {
        List<Float> candidates = new ArrayList<>();
        if (makers.stream().allMatch(o -> o.output().zeroPoint() == 0)) {
            candidates.add((float) (6.0 / 255));
        }
        candidates.add(0x1p-5f);
        for (int k = 1; k < TRIES; k++) {
            candidates.add((float) (0x1p-5 * (1 + k * 37 * 0x1p-22)));
        }
        if (!attempt(candidates)) {
            attempt(mantissas());
        }
        return chosen;
    }

    /** @return whether a candidate hits everything around the class */
    private boolean attempt(List<Float> candidates) {
        for (float candidate : candidates) {
            values[own] = candidate;
            Scales.Score score = scales.score(values, own);
            if (score.hit() > most + 1e-9) {
                most = score.hit();
                chosen = candidate;
            }
            if (score.isFull()) {
                return true;
            }
        }
        return false;
    }

    /**
     * The first mantissas that hit the clamps of what gives the class, and the multipliers of its layers with a known input.
     */
    private List<Float> mantissas() {
        float[] left = Ulps.mantissas();
        for (GraphOperator maker : makers) {
            if (maker.activation().isPresent()) {
                left = kept(left, scale -> scales.givesClamps(maker, (float) scale));
            }
        }
        for (GraphOperator maker : makers) {
            if (maker instanceof LayerOperator layer
                    && Scales.isKnown(scales.get(values, layer.inputs().get(0)))) {
                float input = scales.get(values, layer.inputs().get(0));
                float[] multipliers = scales.multipliers(layer);
                for (int channel = 0; channel < Math.min(CHANNELS, multipliers.length); channel++) {
                    float multiplier = multipliers[channel];
                    left = kept(left, scale -> FittedScale.exists(multiplier, input, (float) scale));
                }
            }
        }
        List<Float> found = new ArrayList<>();
        for (int i = 0; i < Math.min(MANTISSAS, left.length); i++) {
            found.add(left[i]);
        }
        return found;
    }

    /** Those that pass; all of them if none does. */
    private static float[] kept(float[] scales, DoublePredicate passes) {
        float[] left = new float[scales.length];
        int count = 0;
        for (float scale : scales) {
            if (passes.test(scale)) {
                left[count++] = scale;
            }
        }
        return count == 0 ? scales : Arrays.copyOf(left, count);
    }
}
