package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

/**
 * 0x1a: waits until the units of its mask are idle on its tiles; then sets counters. A fence with units lets the halves of
 * all windows begin anew.
 */
public final class TileFence {
    static final String SEMANTICS = "waits for units of its tiles to be idle and for packet counts, then sets counters";

    static final FieldTable TABLE = new FieldTable(1);

    public static final Field TILES = TABLE.mask("tiles", 12, 16, "one bit a tile", Fact.FRAMED);
    public static final Field SEQUENCE = TABLE.number(
            "sequence", 28, 15, "number of the tile instruction in the stream, over all chunks", Fact.FRAMED);

    /** Bit j + 1 stands for counter j; bit 0 is unknown. */
    public static final Field COUNTERS =
            TABLE.mask("counters", 43, 20, "bit j + 1: tile counter j is set to the value; bit 0 unknown", EXECUTED);

    public static final Field VALUE = TABLE.number("value", 63, 16, "what the counters are set to", EXECUTED);
    public static final Field UNITS = TABLE.mask(
            "units",
            79,
            10,
            "that must be idle: bit 0 op, 5 narrowToWide, 6..9 meshBus0..3, others not told apart",
            new Fact(Fact.Confidence.LIKELY, EXECUTED.source()));
    public static final Field PACKET_KINDS =
            TABLE.mask("packets.kinds", 89, 2, "kinds A, B whose count must be exactly packets", EXECUTED);
    public static final Field PACKETS = TABLE.number("packets", 91, 16, "count of RING_PRODUCER_A or _B", EXECUTED);
    public static final Field REPORT =
            TABLE.number("report", 107, 4, "reports to the scalar core; 0, 1 or 13, no effect known", Fact.CONSTANT);

    /** All units. */
    public static final int ALL_UNITS = 0x3ff;

    /** The unit of ops. */
    public static final int OP = 1;

    /** The unit of 0x13. */
    public static final int NARROW_TO_WIDE = 1 << 5;

    /** The four mesh units. */
    public static final int MESH = 0xf << 6;

    private TileFence() {}

    /** The bit of {@link #COUNTERS} of a counter. */
    public static int bit(TileCounter counter) {
        return 1 << counter.id() + 1;
    }
}
