package org.tensorizer.device.emulator;

/** An instruction that a unit of a tile executes. Decoded and checked once for all tiles of its mask. */
sealed interface TileOperation
        permits StoreOperation, WideReader, ParameterReader, NarrowReader, SendOperation, TensorOperation {
    Encoded at();

    Tile.Unit unit();

    /** How many addresses it holds. */
    default int addresses() {
        return 1;
    }

    /**
     * Executes it on a tile.
     *
     * @return false if it has to wait; nothing has changed then
     */
    boolean run(Tile tile, Ring ring);

    static TileOperation decode(Encoded at, Arena arena) {
        return switch (at.opcode()) {
            case STORE -> StoreOperation.decode(at);
            case WIDE -> at.get("to.channels") == 1 ? ParameterReader.decode(at) : WideReader.decode(at);
            case NARROW -> NarrowReader.decode(at);
            case SEND -> SendOperation.decode(at);
            case TENSOR -> TensorOperation.decode(at, arena);
            default -> throw at.refused("an instruction no Dense program has; what it does is not known");
        };
    }
}
