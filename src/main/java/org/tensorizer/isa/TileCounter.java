package org.tensorizer.isa;

/**
 * The counters of a tile, by their number. 16 bits each, 0 at the start of a program. The names are the chip's own
 * (libedgetpu's register lists); what each counts is derived from whole programs.
 */
public enum TileCounter {
    AVDATA("results of an op"),
    PARAMETERS("weight passes an op has used up"),
    PARTIAL_SUMS("nothing: no known program signals it"),
    MESH_NORTH_IN("blocks received by 0x15"),
    MESH_EAST_IN("blocks received by 0x16"),
    MESH_SOUTH_IN("blocks received by 0x17"),
    MESH_WEST_IN("blocks received by 0x18"),
    MESH_NORTH_OUT("blocks sent by 0x17"),
    MESH_EAST_OUT("blocks sent by 0x18"),
    MESH_SOUTH_OUT("blocks sent by 0x15"),
    MESH_WEST_OUT("blocks sent by 0x16"),
    WIDE_TO_NARROW("blocks of words 0x14 has written to narrow memory"),
    WIDE_TO_SCALING("blocks 0x14 has written to scaling registers"),
    NARROW_TO_WIDE("rows of 0x13"),
    RING_READ_A("rows stored by 0x11, headers not counted"),
    RING_READ_B("rows stored by 0x12, headers not counted"),
    RING_WRITE("rows sent by 0x10 of this tile"),
    RING_PRODUCER_A("packets of 0x10 for consumer 0; the same on all tiles"),
    RING_PRODUCER_B("packets of 0x10 for consumer 1; the same on all tiles");

    private static final TileCounter[] ALL = values();

    /** Number of counters. */
    public static final int COUNT = ALL.length;

    private final String counts;

    TileCounter(String counts) {
        this.counts = counts;
    }

    /** The number instructions name it by. */
    public int id() {
        return ordinal();
    }

    /** What makes it go up by one. */
    public String counts() {
        return counts;
    }

    static String text(int id) {
        return id < COUNT ? ALL[id].name() : Integer.toString(id);
    }
}
