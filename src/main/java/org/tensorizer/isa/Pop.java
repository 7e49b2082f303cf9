package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

/**
 * 0x26: units of an infeed buffer, or words of the loop-back buffer, to consumer 0 of tiles, cut into ring rows; the last
 * row may be shorter.
 */
public final class Pop {
    static final String SEMANTICS =
            "gives units of an infeed buffer or words of the loop-back buffer to tiles as ring rows";

    static final FieldTable TABLE = new FieldTable(4);

    public static final Field INPUT = TABLE.flag("input", 12, "units of 8 bytes of the input", EXECUTED);
    public static final Field LOOP_BACK = TABLE.flag(
            "loopBack", 13, "words of 4 bytes of the loop-back buffer; neither: 64 bytes of parameters", EXECUTED);
    public static final Walk UNITS = Walk.units(TABLE, "units", "units of the buffer", 14, 20);
    public static final Signal SIGNAL_OTHER =
            Signal.of(TABLE, "signal.other", 308, 2, "on with level 1 with the loop-back; unknown");
    public static final Signal SIGNAL =
            Signal.of(TABLE, "signal", 311, 2, "counts AVDATA_INFEED, PARAMETER_INFEED or SCALAR_INFEED");
    public static final Waits WAITS = Waits.scalar(TABLE, 314, 39, 2);
    public static final Field CONSTANT = TABLE.flag("constant", 392, "1 in every known program", Fact.CONSTANT);
    public static final Field TILES = TABLE.mask("tiles", 409, 16, "tiles that get the rows", EXECUTED);
    public static final Field ROW_WORDS = TABLE.number("row.words", 434, 6, "words of a ring row, minus 1", EXECUTED);

    private Pop() {}
}
