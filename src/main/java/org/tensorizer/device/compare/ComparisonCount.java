package org.tensorizer.device.compare;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.TensorSpec;

/** Adds up what a comparison finds. Thread safety: yes. */
final class ComparisonCount {
    private static final int REASONS = 20;

    private final String first;
    private final Provenance provenance;
    private final String second;
    private final Map<String, Long> reasons = new TreeMap<>();
    private long inferences;
    private long differingInferences;
    private long notCompared;
    private long values;
    private long differingValues;
    private long beyondOne;
    private double largest;
    private Disagreement firstDisagreement;

    ComparisonCount(String first, Provenance provenance, String second) {
        this.first = first;
        this.provenance = provenance;
        this.second = second;
    }

    /** The second device did not take a model. */
    synchronized void refused(RuntimeException reason) {
        reason(reason);
    }

    /** The second device does not have the model of this inference. */
    synchronized void notCompared() {
        notCompared++;
    }

    /** The second device did not answer. */
    synchronized void failed(RuntimeException reason) {
        notCompared++;
        reason(reason);
    }

    private void reason(RuntimeException e) {
        String text = e.getMessage() == null ? e.toString() : e.getMessage();
        reasons.merge(reasons.size() < REASONS || reasons.containsKey(text) ? text : "other reasons", 1L, Long::sum);
    }

    synchronized void compare(
            TfliteModel model,
            List<TensorSpec> specs,
            List<byte[]> inputs,
            List<byte[]> answers,
            List<byte[]> others) {
        if (!sameSizes(answers, others)) {
            failed(new IllegalStateException(model + ": outputs of " + sizes(answers) + " bytes on " + first + ", "
                    + sizes(others) + " on " + second));
            return;
        }
        inferences++;
        boolean differs = false;
        for (int i = 0; i < answers.size(); i++) {
            String type = i < specs.size() ? specs.get(i).type() : "";
            TensorDifference difference = TensorDifference.of(type, answers.get(i), others.get(i));
            values += difference.values();
            differingValues += difference.differing();
            beyondOne += difference.beyondOne();
            largest = Math.max(largest, difference.largest());
            if (difference.differing() > 0) {
                differs = true;
                if (firstDisagreement == null) {
                    firstDisagreement =
                            Disagreement.of(model, first, second, inputs, answers, others, i, type, difference);
                }
            }
        }
        differingInferences += differs ? 1 : 0;
    }

    private static boolean sameSizes(List<byte[]> a, List<byte[]> b) {
        return sizes(a).equals(sizes(b));
    }

    private static List<Integer> sizes(List<byte[]> tensors) {
        return tensors.stream().map(bytes -> bytes.length).toList();
    }

    synchronized ComparisonReport report() {
        return new ComparisonReport(
                first,
                provenance,
                second,
                inferences,
                differingInferences,
                notCompared,
                values,
                differingValues,
                beyondOne,
                largest,
                reasons,
                Optional.ofNullable(firstDisagreement));
    }
}
