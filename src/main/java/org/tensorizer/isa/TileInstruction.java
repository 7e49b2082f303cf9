package org.tensorizer.isa;

/** What every tile instruction but the fence has: on which tiles it runs, and its number. */
public final class TileInstruction {
    static final FieldTable TABLE = new FieldTable(4);

    public static final Field TILES =
            TABLE.mask("tiles", 12, 16, "one bit a tile; tile t stands at row t / 4, column t % 4", Fact.FRAMED);

    public static final Field TILES_REGISTER = TABLE.number(
            "tiles.register", 33, 5, "scalar register that holds the tile mask, if tiles.fromRegister", Fact.EXECUTED);

    public static final Field TILES_FROM_REGISTER =
            TABLE.flag("tiles.fromRegister", 38, "the tile mask comes from a scalar register", Fact.EXECUTED);

    public static final Field SEQUENCE = TABLE.number(
            "sequence",
            46,
            15,
            "number of the tile instruction in the stream, over all chunks; branches do not change it",
            Fact.FRAMED);

    private TileInstruction() {}
}
