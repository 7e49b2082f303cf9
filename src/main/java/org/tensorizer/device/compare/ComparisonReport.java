package org.tensorizer.device.compare;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.compare.Disagreement.TensorDifference;

/**
 * How two devices compare.
 *
 * @param first the device whose answers counted
 * @param provenance of its answers
 * @param second the device it was compared with
 * @param inferences that both answered
 * @param differingInferences of those, the ones that differ in at least one value
 * @param notCompared inferences that the second did not answer; why, say the reasons
 * @param total over all output elements compared
 * @param reasons why the second refused a model or failed, with how often
 * @param firstDisagreement the first inference that differs, with all that is needed to repeat it
 */
public record ComparisonReport(
        String first,
        Provenance provenance,
        String second,
        long inferences,
        long differingInferences,
        long notCompared,
        TensorDifference total,
        Map<String, Long> reasons,
        Optional<Disagreement> firstDisagreement) {
    public ComparisonReport {
        reasons = Collections.unmodifiableMap(new TreeMap<>(reasons));
    }

    /** Whether every inference was compared, at least one, and none differs. */
    boolean agrees() {
        return inferences > 0 && differingInferences == 0 && notCompared == 0;
    }

    /** The whole of it in one sentence or two. */
    public String sentence() {
        String text = String.format(
                Locale.ROOT,
                "%s (%s) against %s: %,d of %,d inferences differ, %,d of %,d values",
                first,
                provenance,
                second,
                differingInferences,
                inferences,
                total.differing(),
                total.values());
        if (total.differing() > 0) {
            text += String.format(
                    Locale.ROOT,
                    ", largest difference %s, %,d by more than 1",
                    number(total.largest()),
                    total.beyondOne());
        }
        if (notCompared > 0) {
            text += String.format(Locale.ROOT, ". Not compared: %,d inferences", notCompared);
        }
        if (!reasons.isEmpty()) {
            text += ". " + second + " said: "
                    + String.join("; ", reasons.keySet().stream().limit(3).toList());
        }
        return text + (firstDisagreement.isPresent() ? ". First: " + firstDisagreement.get() : "") + ".";
    }

    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    @Override
    public String toString() {
        return sentence();
    }
}
