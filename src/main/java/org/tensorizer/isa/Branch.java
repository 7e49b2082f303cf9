package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

/** 0x22: the scalar core goes on elsewhere in the stream. */
public final class Branch {
    static final String SEMANTICS =
            "branches by a distance in bundles from itself, always or if a predicate has the sense";

    static final FieldTable TABLE = new FieldTable(1);

    public static final Field CONDITIONAL =
            TABLE.flag("conditional", 12, "only if the predicate has the sense", EXECUTED);
    public static final Field PREDICATE = TABLE.number("predicate", 13, 3, "predicate", EXECUTED);
    public static final Field SENSE = TABLE.number("sense", 16, 1, "value the predicate must have", EXECUTED);
    public static final Field OFFSET =
            TABLE.signed("offset", 17, 15, "bundles from the branch to its target", EXECUTED);
    public static final Field CONSTANT = TABLE.flag("constant", 33, "set; no effect known", Fact.CONSTANT);

    private Branch() {}
}
