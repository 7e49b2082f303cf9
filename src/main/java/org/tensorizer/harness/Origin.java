package org.tensorizer.harness;

import org.tensorizer.device.Device;

/** The words in which the report says what kind of evidence a device gives. */
final class Origin {
    private Origin() {}

    /** The word of the provenance, and in parentheses what it is not. Evidence from a Coral has no parentheses. */
    static String of(Device device) {
        return device.provenance()
                + switch (device.provenance()) {
                    case SILICON -> "";
                    case REPLAYED -> " (read back from a record; nothing ran in this run)";
                    case EMULATED, CPU, DOUBLE -> " (no Coral took part)";
                };
    }
}
