package org.tensorizer.device.virtual;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Which faults are still to come.
 *
 * <p>Thread safety: none; the device's lock guards it.
 */
final class FaultPlan {
    private final List<Fault> toCome;
    private final Map<Fault.Kind, Long> occasions = new EnumMap<>(Fault.Kind.class);

    FaultPlan(List<Fault> faults) {
        this.toCome = new ArrayList<>(faults);
    }

    /** Whether a fault of the kind is due; it is gone then. */
    boolean strikes(Fault.Kind kind, long occasion) {
        return toCome.removeIf(fault -> fault.kind() == kind && fault.at() <= occasion);
    }

    /** The same for a kind that counts its own occasions. */
    boolean strikesNext(Fault.Kind kind) {
        return strikes(kind, occasions.merge(kind, 1L, Long::sum));
    }
}
