package org.tensorizer.isa;

/** How far something said about the chip can be trusted, and where it comes from. */
public record Fact(Confidence confidence, String source) {
    /** How far it can be trusted. */
    public enum Confidence {
        /** Checked on real compiler output. */
        FIRM,
        /** Follows from firm pieces, this combination was not seen. */
        LIKELY,
        /** Needed to make the known programs run, not contradicted by anything. */
        ASSUMPTION,
        /** May well be wrong. */
        GUESS,
        /** Bits whose meaning nobody knows. */
        UNKNOWN
    }

    /** Position and meaning are needed by whole programs. */
    static final Fact EXECUTED = new Fact(
            Confidence.FIRM,
            "derived: whole compiled networks run with this reading and answer as their sources, or a rewired program"
                    + " does what it predicts");

    /** The opcode, the place or the length of something. */
    static final Fact FRAMED = new Fact(Confidence.FIRM, "derived: all known programs frame and number with it");

    /** Nothing decides it. */
    static final Fact ASSUMED = new Fact(Confidence.ASSUMPTION, "assumed: no known program decides it");

    /** A constant of all known programs whose meaning is a guess. */
    static final Fact CONSTANT = new Fact(Confidence.GUESS, "guess: the same in every known program");

    /** The quantization of an op. */
    static final Fact QUANTIZED = new Fact(
            Confidence.FIRM,
            "derived: every field of real networks follows from their scales and zero points, bit-exact");
}
