package org.tensorizer.isa;

/** START, HALT and END: the frame of a chunk. */
public final class Frame {
    static final String START_SEMANTICS = "first instruction of a chunk, holds its length";
    static final String HALT_SEMANTICS = "the scalar core stops; followed by four idle bundles and END";
    static final String END_SEMANTICS = "last instruction of a chunk";

    static final FieldTable START = new FieldTable(1);
    static final FieldTable HALT = new FieldTable(1);
    static final FieldTable END = new FieldTable(1);

    public static final Field BODY_BITS =
            START.number("body.bits", 19, 32, "bits between START and END: (bundles - 2) * 128", Fact.FRAMED);
    public static final Field HALT_CONSTANT = HALT.number("constant", 14, 3, "4 in every known program", Fact.CONSTANT);
    public static final Field END_CONSTANT = END.number("constant", 26, 1, "1 in every known program", Fact.CONSTANT);

    private Frame() {}
}
