package org.tensorizer.device.compare;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.ForwardingDevice;
import org.tensorizer.device.Session;

/**
 * A device whose every inference is run on a second one too. Name, provenance, answers and faults are those of the first;
 * the second one's differences, refusals and faults are counted in {@link #report} and never disturb the run.
 *
 * <p>Thread safety: yes.
 */
public final class CompareDevice extends ForwardingDevice {
    private final Device second;
    private final UnaryOperator<TfliteModel> translation;
    private final ComparisonCount count;

    private CompareDevice(Device first, Device second, UnaryOperator<TfliteModel> translation, ComparisonCount count) {
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
                first, second, translation, new ComparisonCount(first.name(), first.provenance(), second.name()));
    }

    /** What the comparison found up to now. */
    public ComparisonReport report() {
        return count.report();
    }

    @Override
    public Session open(TfliteModel model) {
        Session session = device().open(model);
        try {
            return new CompareSession(model, session, second(model), count);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private Optional<Session> second(TfliteModel model) {
        try {
            return Optional.of(second.allowingTokenReuse().open(translation.apply(model)));
        } catch (RuntimeException e) {
            count.refused(e);
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
}
