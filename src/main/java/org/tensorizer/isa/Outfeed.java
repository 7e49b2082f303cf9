package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

/** 0x27: packets from the ring to the host in units of 8 bytes, or into scalar memory word by word. */
public final class Outfeed {
    static final String SEMANTICS =
            "takes packets from the ring to the host or into scalar memory (loop-back, collecting)";

    static final FieldTable TABLE = new FieldTable(2);

    public static final Walk UNITS = Walk.units(TABLE, "units", "units of 8 bytes, or words of scalar memory", 12, 15);
    public static final Signal SIGNAL = Signal.of(TABLE, "signal", 173, 2, "counts RING_OUTFEED");
    public static final Waits WAITS = Waits.scalar(TABLE, 176, 38, 1);
    public static final Field CONSTANT = TABLE.number("constant", 222, 6, "63 in every known program", Fact.CONSTANT);
    public static final Field TO_HOST = TABLE.flag("toHost", 228, "to the host; else into scalar memory", EXECUTED);

    private Outfeed() {}
}
