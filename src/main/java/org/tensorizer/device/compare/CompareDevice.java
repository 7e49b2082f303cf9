package org.tensorizer.device.compare;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.tensorizer.device.Device;
import org.tensorizer.device.ForwardingDevice;
import org.tensorizer.device.ForwardingSession;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.compare.Disagreement.TensorDifference;
import org.tensorizer.model.TfliteModel;

/**
 * A device whose every inference is run on a second one too. Name, provenance, answers and faults are those of the first;
 * the second one's differences, refusals and faults are counted in {@link #report} and never disturb the run.
 *
 * <p>Thread safety: yes.
 */
public final class CompareDevice extends ForwardingDevice {
    private final Device second;
    private final UnaryOperator<TfliteModel> translation;
    private final Count count;

    private CompareDevice(Device first, Device second, UnaryOperator<TfliteModel> translation, Count count) {
        super(first);
        this.second = second;
        this.translation = translation;
        this.count = count;
    }

    /** {@link #of(Device, Device, UnaryOperator)} where both run the same bytes. */
    public static CompareDevice of(Device first, Device second) {
        return of(first, second, UnaryOperator.identity());
    }

    /**
     * Compares from now on. Both devices are closed with this one. Parameter-caching tokens are the first device's matter:
     * the second may see one token with different payloads if the first may.
     *
     * @param translation the model that the second device is given in place of the first one's: between an Edge TPU and
     *     TFLite's own kernels the uncompiled source of the compiled model. Where it throws a BadInputException the model's
     *     inferences are counted as not compared, with its message
     */
    public static CompareDevice of(Device first, Device second, UnaryOperator<TfliteModel> translation) {
        return new CompareDevice(
                first, second, translation, new Count(first.name(), first.provenance(), second.name()));
    }

    /** What the comparison found up to now. */
    public ComparisonReport report() {
        return count.report();
    }

    @Override
    public Session open(TfliteModel model) {
        Session session = device().open(model);
        try {
            return new Compared(model, session, second(model), count);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private Optional<Session> second(TfliteModel model) {
        try {
            return Optional.of(second.allowingTokenReuse().open(translation.apply(model)));
        } catch (RuntimeException e) {
            count.reason(e);
            return Optional.empty();
        }
    }

    @Override
    public Device allowingTokenReuse() {
        Device allowing = device().allowingTokenReuse();
        return allowing == device() ? this : new CompareDevice(allowing, second, translation, count);
    }

    @Override
    public void close() {
        try (second) {
            super.close();
        }
    }

    /** One model on both devices, or on the first alone where the second refused it. */
    private static final class Compared extends ForwardingSession {
        private final TfliteModel model;
        private final Optional<Session> second;
        private final Count count;

        Compared(TfliteModel model, Session first, Optional<Session> second, Count count) {
            super(first);
            this.model = model;
            this.second = second;
            this.count = count;
        }

        @Override
        public List<byte[]> run(List<byte[]> inputs) {
            List<byte[]> answers = super.run(inputs);
            if (second.isEmpty()) {
                count.notCompared();
                return answers;
            }
            List<byte[]> others;
            try {
                others = second.get().run(inputs);
            } catch (RuntimeException e) {
                count.failed(e);
                return answers;
            }
            count.compare(model, outputs(), inputs, answers, others);
            return answers;
        }

        @Override
        public void close() {
            try (Session other = second.orElse(null)) {
                super.close();
            }
        }
    }

    /** Adds up what a comparison finds. Thread safety: yes. */
    private static final class Count {
        private static final int REASONS = 20;

        private final String first;
        private final Provenance provenance;
        private final String second;
        private final Map<String, Long> reasons = new TreeMap<>();
        private long inferences;
        private long differingInferences;
        private long notCompared;
        private TensorDifference total = new TensorDifference(0, 0, 0, 0, -1);
        private Disagreement firstDisagreement;

        Count(String first, Provenance provenance, String second) {
            this.first = first;
            this.provenance = provenance;
            this.second = second;
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

        /** Why the second device did not take a model, or did not answer. */
        synchronized void reason(RuntimeException e) {
            String text = e.getMessage() == null ? e.toString() : e.getMessage();
            reasons.merge(
                    reasons.size() < REASONS || reasons.containsKey(text) ? text : "other reasons", 1L, Long::sum);
        }

        synchronized void compare(
                TfliteModel model,
                List<TensorSpec> specs,
                List<byte[]> inputs,
                List<byte[]> answers,
                List<byte[]> others) {
            if (!sizes(answers).equals(sizes(others))) {
                failed(new IllegalStateException(model + ": outputs of " + sizes(answers) + " bytes on " + first + ", "
                        + sizes(others) + " on " + second));
                return;
            }
            inferences++;
            boolean differs = false;
            for (int i = 0; i < answers.size(); i++) {
                String type = i < specs.size() ? specs.get(i).type() : "";
                TensorDifference difference = TensorDifference.of(type, answers.get(i), others.get(i));
                total = total.plus(difference);
                if (difference.differing() > 0) {
                    differs = true;
                    if (firstDisagreement == null) {
                        firstDisagreement =
                                new Disagreement(model, first, second, inputs, answers, others, i, type, difference);
                    }
                }
            }
            differingInferences += differs ? 1 : 0;
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
                    total,
                    reasons,
                    Optional.ofNullable(firstDisagreement));
        }
    }

    /**
     * How two devices compare.
     *
     * @param first the device whose answers counted
     * @param provenance of its answers
     * @param second the device it was compared with
     * @param inferences that both answered
     * @param differingInferences of those, the ones that differ in at least one value
     * @param notCompared inferences that the second did not answer; why, say the reasons
     * @param total over all output elements compared; of no element the first, which is -1
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
}
