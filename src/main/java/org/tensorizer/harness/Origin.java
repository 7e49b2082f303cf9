package org.tensorizer.harness;

import java.util.Arrays;
import org.tensorizer.device.Provenance;

/** The words in which the report says what kind of evidence a device gives. */
final class Origin {
    private Origin() {}

    /** The word of the provenance, and in parentheses what it is not. Evidence from a Coral has no parentheses. */
    static String of(Provenance provenance) {
        return provenance
                + switch (provenance) {
                    case SILICON -> "";
                    case REPLAYED -> " (read back from a record; nothing ran in this run)";
                    case EMULATED, CPU, DOUBLE -> " (no Coral took part)";
                };
    }

    /** {@link #of(Provenance)} by the provenance's word. */
    static String of(String provenance) {
        return Arrays.stream(Provenance.values())
                .filter(known -> known.toString().equals(provenance))
                .map(Origin::of)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no provenance is named " + provenance));
    }
}
