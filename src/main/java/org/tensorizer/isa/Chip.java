package org.tensorizer.isa;

/**
 * The geometry of an Edge TPU. Sizes of memories are published constants of libedgetpu or follow from programs that use
 * them to the last row; each says which.
 */
public final class Chip {
    /** Tiles, in a square grid (published). */
    public static final int TILES = 16;

    /** Tiles of a row of the grid; tile t stands at row t / 4, column t % 4 (derived). */
    public static final int GRID = 4;

    /** One bit for every tile. */
    public static final int ALL_TILES = (1 << TILES) - 1;

    /** Lanes of an op: output channels of a group (derived). */
    public static final int LANES = 64;

    /** Bytes of a word of narrow memory and of a lane of a row (derived). */
    public static final int WORD_BYTES = 4;

    /** Bytes of a row of wide memory (derived). */
    public static final int ROW_BYTES = LANES * WORD_BYTES;

    /** Rows of wide memory of a tile (derived: programs use the last one). */
    public static final int WIDE_ROWS = 2080;

    /** Bytes of narrow memory of a tile (published). */
    public static final int NARROW_BYTES = 196_608;

    /** Units of the scaling registers of a tile: 64 of scales, then 64 of biases, each in two sets (derived). */
    public static final int SCALING_UNITS = 128;

    /** Bytes of a unit of the scaling registers: two lanes of 32 bits (derived). */
    public static final int SCALING_UNIT_BYTES = 8;

    /** Bytes of a unit of the input stream (derived). */
    public static final int INPUT_UNIT_BYTES = 8;

    /** Units of one half of the input buffer (derived). */
    public static final int INPUT_UNITS = 16_384;

    /** Bytes of a unit of the parameter stream (derived). */
    public static final int PARAMETER_UNIT_BYTES = 64;

    /** Units of one half of the parameter buffer (derived). */
    public static final int PARAMETER_UNITS = 1024;

    /** Words of scalar memory (derived). */
    public static final int SCALAR_WORDS = 4096;

    /** Registers of the scalar core (derived). */
    public static final int SCALAR_REGISTERS = 32;

    /** Predicates of the scalar core (derived). */
    public static final int PREDICATES = 8;

    /** Words of one half of the loop-back buffer, which is the start of scalar memory (derived). */
    public static final int LOOP_BACK_WORDS = 64;

    /** Bundles of a full chunk; the longest compiled one has two more, START and END (derived). */
    public static final int CHUNK_BUNDLES = 16_384;

    /**
     * Cycles a second of the core (published: libedgetpu's default setting, and what 4 TOPS amount to with 16 tiles of 64 x 4
     * products).
     */
    public static final double CLOCK = 500e6;

    private Chip() {}
}
