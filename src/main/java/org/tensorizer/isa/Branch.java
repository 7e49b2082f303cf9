package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

/** 0x22 and 0x23: how the scalar core leaves the order of the stream. */
public final class Branch {
    static final String BRANCH_SEMANTICS = "branches by a distance in bundles from itself, always or if a predicate has the sense";
    static final String REPEAT_SEMANTICS = "runs the next bundles several times";

    static final FieldTable BRANCH = new FieldTable(1);

    public static final Field CONDITIONAL = BRANCH.flag("conditional", 12, "only if the predicate has the sense", EXECUTED);
    public static final Field PREDICATE = BRANCH.number("predicate", 13, 3, "predicate", EXECUTED);
    public static final Field SENSE = BRANCH.number("sense", 16, 1, "value the predicate must have", EXECUTED);
    public static final Field OFFSET = BRANCH.signed("offset", 17, 15, "bundles from the branch to its target", EXECUTED);
    public static final Field CONSTANT = BRANCH.flag("constant", 33, "set; no effect known", Fact.CONSTANT);

    static final FieldTable REPEAT = new FieldTable(1);

    public static final Field TIMES = REPEAT.number("times", 12, 16, "rounds", EXECUTED);
    public static final Field BUNDLES = REPEAT.number("bundles", 28, 8, "bundles that are repeated", EXECUTED);

    private Branch() {}
}
