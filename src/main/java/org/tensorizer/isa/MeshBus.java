package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

/**
 * 0x15 to 0x18: words from a tile to its neighbour. The source half reads and sends, the destination half stores what
 * arrives; both run independently. A half exists if its walk, window or signal holds anything. With {@code constant.on}
 * the destination is filled with one word instead.
 */
public final class MeshBus {
    static final String SOUTH = "sends words of narrow memory to the tile below, stores those from above";
    static final String WEST = "sends words of narrow memory to the tile on the left, stores those from the right";
    static final String NORTH = "sends words of narrow memory to the tile above, stores those from below";
    static final String EAST = "sends words of narrow memory to the tile on the right, stores those from the left";

    static final FieldTable TABLE = new FieldTable(6, TileInstruction.TABLE);

    public static final Walk SOURCE = Walk.wide(TABLE, "source", "words of narrow memory", 62);
    public static final Walk DESTINATION = Walk.wide(TABLE, "destination", "words of narrow memory", 267);
    public static final Signal SIGNAL_SOURCE = Signal.of(TABLE, "signal.source", 473, 3, "counts MESH_*_OUT");
    public static final Signal SIGNAL_DESTINATION = Signal.of(TABLE, "signal.destination", 477, 3, "counts MESH_*_IN");

    /** Room guards the destination, data the source. */
    public static final Waits WAITS = Waits.tile(TABLE, 481, 41, 6, 2, true);

    public static final Field CONSTANT_ON =
            TABLE.flag("constant.on", 727, "the destination is filled with the word", EXECUTED);
    public static final Field CONSTANT = TABLE.mask("constant", 728, 32, "the word", EXECUTED);

    private MeshBus() {}

    /** A constant in narrow memory of some tiles: a mesh unit writes one word to all addresses of a walk. */
    public static Instruction fill(Opcode mesh, int tiles, Loops.Builder walk, int word) {
        Instruction fill = Instruction.of(mesh)
                .set(TileInstruction.TILES, tiles)
                .set(CONSTANT_ON)
                .set(CONSTANT, Integer.toUnsignedLong(word));
        DESTINATION.set(fill, walk);
        return fill;
    }

    /** The same, counted as received once the innermost loop is there. */
    public static Instruction countedFill(Opcode mesh, int tiles, Loops.Builder walk, int word) {
        Instruction fill = fill(mesh, tiles, walk, word);
        SIGNAL_DESTINATION.set(fill, 1);
        return fill;
    }

    /** Counter of what a tile receives over a mesh unit. */
    public static TileCounter in(Opcode mesh) {
        return switch (mesh) {
            case MESH_BUS_0 -> TileCounter.MESH_NORTH_IN;
            case MESH_BUS_1 -> TileCounter.MESH_EAST_IN;
            case MESH_BUS_2 -> TileCounter.MESH_SOUTH_IN;
            case MESH_BUS_3 -> TileCounter.MESH_WEST_IN;
            default -> throw new IllegalArgumentException(mesh + " is no mesh unit");
        };
    }

    /** Counter of what a tile sends over a mesh unit. */
    public static TileCounter out(Opcode mesh) {
        return switch (mesh) {
            case MESH_BUS_0 -> TileCounter.MESH_SOUTH_OUT;
            case MESH_BUS_1 -> TileCounter.MESH_WEST_OUT;
            case MESH_BUS_2 -> TileCounter.MESH_NORTH_OUT;
            case MESH_BUS_3 -> TileCounter.MESH_EAST_OUT;
            default -> throw new IllegalArgumentException(mesh + " is no mesh unit");
        };
    }
}
