package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

/** 0x23: the scalar core runs the next bundles several times. */
public final class Repeat {
    static final String SEMANTICS = "runs the next bundles several times";

    static final FieldTable TABLE = new FieldTable(1);

    public static final Field TIMES = TABLE.number("times", 12, 16, "rounds", EXECUTED);
    public static final Field BUNDLES = TABLE.number("bundles", 28, 8, "bundles that are repeated", EXECUTED);

    private Repeat() {}
}
