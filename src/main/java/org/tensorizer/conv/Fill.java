package org.tensorizer.conv;

import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.MeshBus;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.TileInstruction;

/** Constants in narrow memory: a mesh unit writes one word over a walk. */
public final class Fill {
    private Fill() {}

    /** One word at an address. */
    public static Instruction one(Opcode mesh, int tiles, int address, int word) {
        return words(mesh, tiles, Loops.from(address).single(), word);
    }

    /** A word at all addresses of a walk. */
    public static Instruction words(Opcode mesh, int tiles, Loops.Builder walk, int word) {
        Instruction fill = Instruction.of(mesh)
                .set(TileInstruction.TILES, tiles)
                .set(MeshBus.CONSTANT_ON)
                .set(MeshBus.CONSTANT, Integer.toUnsignedLong(word));
        MeshBus.DESTINATION.set(fill, walk);
        return fill;
    }

    /** The same, counted as received once the block of {@code level} loops is there. */
    public static Instruction signalled(Instruction fill, int level) {
        MeshBus.SIGNAL_DESTINATION.set(fill, level);
        return fill;
    }
}
