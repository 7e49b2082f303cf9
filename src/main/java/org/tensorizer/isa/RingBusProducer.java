package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

/**
 * 0x10: rows of wide memory as packets on the ring. A row goes with its written length to the receivers: consumer 0 of
 * tiles (packets of kind A), consumer 1 of tiles (kind B), or the outfeed.
 */
public final class RingBusProducer {
    static final String SEMANTICS =
            "sends each row of its walk as a packet to the ring consumers of tiles or to the outfeed";

    static final FieldTable TABLE = new FieldTable(4, TileInstruction.TABLE);

    public static final Walk ROWS = Walk.wide(TABLE, "rows", "rows of wide memory", 62);
    public static final Signal SIGNAL = Signal.of(TABLE, "signal", 335, 3, "counts RING_WRITE of the tile");
    public static final Signal SIGNAL_RING =
            Signal.of(TABLE, "signal.ring", 339, 3, "counts RING_PRODUCER_A or _B of all tiles");
    public static final Waits WAITS = Waits.tile(TABLE, 343, 41, 3, 2, false);
    public static final Field KIND_B = TABLE.flag(
            "kindB", 466, "to consumer 1 of the receivers and counted as B; else consumer 0 and A", EXECUTED);
    public static final Field RECEIVERS =
            TABLE.mask("receivers", 467, 17, "bits 0..15 tiles, bit 16 the outfeed", EXECUTED);

    /** The bit of {@link #RECEIVERS} that means the outfeed. */
    public static final int OUTFEED = 1 << Chip.TILES;

    private RingBusProducer() {}
}
