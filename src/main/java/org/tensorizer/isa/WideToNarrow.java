package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.ASSUMED;
import static org.tensorizer.isa.Fact.EXECUTED;

/**
 * 0x14: rows of wide memory as a stream of words into narrow memory or into the scaling registers. After each nest of
 * {@code pack} destination loops the rest of the row is dropped. Prologue: before each nest of loops 0..level the first
 * {@code skip.limit + 1} words are skipped.
 */
public final class WideToNarrow {
    static final String SEMANTICS =
            "reads rows of wide memory as a stream of words into narrow memory, or headers into the scaling registers";

    static final FieldTable TABLE = new FieldTable(7, TileInstruction.TABLE);

    public static final Walk ROWS = Walk.wide(TABLE, "rows", "rows of wide memory", 62);
    public static final Walk WORDS =
            Walk.narrow(TABLE, "words", "words of narrow memory, or units of 8 bytes of the scaling registers", 267);
    public static final Field SKIP_ON =
            TABLE.flag("skip.on", 542, "words in front of the wanted ones are skipped", EXECUTED);
    public static final Field SKIP_LEVEL =
            TABLE.number("skip.level", 543, 3, "before each nest of loops 0..level", EXECUTED);
    public static final Field SKIP_BASE =
            TABLE.number("skip.base", 546, 16, "word they go to, if they go anywhere", ASSUMED);
    public static final Field SKIP_LIMIT = TABLE.number("skip.limit", 562, 16, "their number, minus 1", EXECUTED);
    public static final Field SKIP_END = TABLE.number("skip.end", 578, 16, "base + limit; redundant", EXECUTED);
    public static final Signal SIGNAL = Signal.of(TABLE, "signal", 611, 3, "counts WIDE_TO_NARROW or WIDE_TO_SCALING");
    public static final Waits WAITS = Waits.tile(TABLE, 615, 42, 6, 3, true);
    public static final Field TO_SCALING = TABLE.flag("toScaling", 867, "destination: the scaling registers", EXECUTED);
    public static final Field PACK =
            TABLE.number("pack", 870, 3, "inner destination loops after which the rest of a row is dropped", EXECUTED);

    private WideToNarrow() {}
}
