package org.tensorizer.isa;

/** How far a fact about the chip can be trusted. */
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
