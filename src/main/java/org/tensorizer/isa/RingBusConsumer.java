package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

/**
 * 0x11 and 0x12: what arrives on the ring goes into rows of wide memory. Consumer 0 takes packets of kind A and popped
 * rows, consumer 1 packets of kind B. The rest of a row that is shorter becomes undefined.
 *
 * <p>Header: before each nest of loops 0..level the next {@code header.rows} rows go to the ring header.base..header.end,
 * whose position runs on over passes and instructions until a fence. Header rows are not counted.
 */
public final class RingBusConsumer {
    static final String SEMANTICS_0 = "stores packets of kind A and popped rows in rows of wide memory, headers first";
    static final String SEMANTICS_1 = "stores packets of kind B in rows of wide memory, headers first";

    static final FieldTable TABLE = new FieldTable(4, TileInstruction.TABLE);

    public static final Field PARAMETERS =
            TABLE.flag("parameters", 61, "set in PARAMETER_CACHING programs only; no effect known", Fact.CONSTANT);
    public static final Walk ROWS = Walk.wide(TABLE, "rows", "rows of wide memory", 62);
    public static final Field HEADER_ON = TABLE.flag("header.on", 267, "rows in front of each pass", EXECUTED);
    public static final Field HEADER_LEVEL =
            TABLE.number("header.level", 268, 2, "a pass is the nest of loops 0..level", EXECUTED);
    public static final Field HEADER_BASE =
            TABLE.number("header.base", 270, 16, "first row of the header ring", EXECUTED);
    public static final Field HEADER_LIMIT =
            TABLE.number("header.limit", 286, 16, "header rows of a pass, minus 1", EXECUTED);
    public static final Field HEADER_END = TABLE.number("header.end", 302, 16, "last row of the header ring", EXECUTED);
    public static final Field HEADER_ROWS =
            TABLE.number("header.rows", 318, 17, "header rows of a pass; redundant", EXECUTED);
    public static final Signal SIGNAL = Signal.of(TABLE, "signal", 335, 3, "counts RING_READ_A or RING_READ_B");
    public static final Waits WAITS = Waits.tile(TABLE, 339, 41, 1, 2, true);

    private RingBusConsumer() {}
}
