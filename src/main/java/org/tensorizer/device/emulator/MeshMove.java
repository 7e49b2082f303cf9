package org.tensorizer.device.emulator;

import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Field;
import org.tensorizer.isa.MeshBus;
import org.tensorizer.isa.Wait;
import org.tensorizer.isa.Walk;

/** 0x15..0x18: words to the next tile of a direction, and words from the tile on the other side. */
public final class MeshMove extends TileCommand {
    /** Where data move to: rows and columns of the grid. */
    enum Direction {
        SOUTH(1, 0),
        WEST(0, -1),
        NORTH(-1, 0),
        EAST(0, 1);

        private final int down;
        private final int right;

        Direction(int down, int right) {
            this.down = down;
            this.right = right;
        }

        /** The tile that a tile sends to, -1 beyond the border. */
        int from(int tile) {
            int row = tile / Chip.GRID + down;
            int column = tile % Chip.GRID + right;
            boolean inside = row >= 0 && row < Chip.GRID && column >= 0 && column < Chip.GRID;
            return inside ? row * Chip.GRID + column : -1;
        }
    }

    /** Level that moves a whole walk at once. */
    private static final int WHOLE = 4;

    final Direction direction;

    /** Counters of what comes in and what goes out. */
    final int in;

    final int out;
    private final AddressWalk source;
    private final AddressWalk destination;
    final int signalSource;
    final int signalDestination;
    final Wait[] data;
    final Wait[] room;
    private final boolean fills;
    private final int constant;

    /** Words move in nests of the finest level that anything depends on. */
    final int levelSource;

    final int levelDestination;

    MeshMove(InstructionSite site) {
        super(site);
        direction = switch (opcode()) {
            case MESH_BUS_0 -> Direction.SOUTH;
            case MESH_BUS_1 -> Direction.WEST;
            case MESH_BUS_2 -> Direction.NORTH;
            default -> Direction.EAST;
        };
        in = MeshBus.in(opcode()).id();
        out = MeshBus.out(opcode()).id();
        fills = instruction().isSet(MeshBus.CONSTANT_ON);
        constant = instruction().getInt(MeshBus.CONSTANT);
        signalSource = MeshBus.SIGNAL_SOURCE.level(instruction());
        signalDestination = MeshBus.SIGNAL_DESTINATION.level(instruction());
        data = side(MeshBus.WAITS.get(instruction()), false);
        room = side(MeshBus.WAITS.get(instruction()), true);
        source = half(MeshBus.SOURCE, signalSource >= 0);
        destination = half(MeshBus.DESTINATION, signalDestination >= 0 || fills);
        site.require(source != null || data.length == 0, "waits without sending");
        levelSource = finest(source, data, signalSource);
        levelDestination = finest(destination, room, signalDestination);
    }

    private AddressWalk half(Walk walk, boolean used) {
        boolean any = used;
        for (Field field : walk.fields()) {
            boolean counts = field != walk.windowLevel()
                    && field != walk.tailLimit()
                    && field != walk.tailLevel()
                    && field != walk.tailRewind();
            any |= counts && instruction().get(field) != 0;
        }
        return any ? walk(walk.name(), walk.get(instruction()), 0) : null;
    }

    private static int finest(AddressWalk walk, Wait[] waits, int signal) {
        int finest = signal == 0 && walk != null && walk.hasWindow() ? 0 : WHOLE;
        for (Wait wait : waits) {
            finest = Math.min(finest, wait.level());
        }
        return finest;
    }

    /** Addresses of the words that are sent; null if nothing is. */
    public AddressWalk source() {
        return source;
    }

    /** Addresses of the words that arrive or are filled; null if there are none. */
    public AddressWalk destination() {
        return destination;
    }

    /** Whether the destination is filled with {@link #constant}. */
    public boolean fills() {
        return fills;
    }

    /** The word of a fill, its first byte lowest. */
    public int constant() {
        return constant;
    }
}
