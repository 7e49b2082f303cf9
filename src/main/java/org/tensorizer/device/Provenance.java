package org.tensorizer.device;

/** What kind of evidence a device gives. Every result carries it: emulated evidence never reads like silicon. */
public enum Provenance {
    /** A Coral answered. */
    SILICON("silicon"),
    /** The emulated Edge TPU answered. */
    EMULATED("emulated"),
    /** TFLite's own CPU kernels answered (uncompiled models only). */
    CPU("cpu"),
    /** A recorded answer was read back; the record says who gave it. */
    REPLAYED("replayed"),
    /** A test double answered. */
    DOUBLE("test double");

    private final String text;

    Provenance(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
