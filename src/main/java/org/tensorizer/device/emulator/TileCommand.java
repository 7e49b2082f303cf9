package org.tensorizer.device.emulator;

import java.util.List;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.Wait;

/** An instruction of a tile's unit with its walks laid out. Immutable but for lazily laid out addresses; thread-safe. */
public abstract sealed class TileCommand permits RowMove, ToWideMove, ToNarrowMove, MeshMove, TableLoad, TensorOp {
    private final InstructionSite site;

    TileCommand(InstructionSite site) {
        this.site = site;
    }

    /** @throws UnsupportedProgramException fields that contradict each other, or values nobody has seen */
    static TileCommand decode(InstructionSite site) {
        site.requireDecoded();
        return switch (site.opcode()) {
            case MULTIPLY_ACCUMULATE, MAXIMUM, SUM, RESIZE -> new TensorOp(site);
            case RING_BUS_PRODUCER, RING_BUS_CONSUMER_0, RING_BUS_CONSUMER_1 -> new RowMove(site);
            case NARROW_TO_WIDE -> new ToWideMove(site);
            case WIDE_TO_NARROW -> new ToNarrowMove(site);
            case MESH_BUS_0, MESH_BUS_1, MESH_BUS_2, MESH_BUS_3 -> new MeshMove(site);
            case FUNCTION_TABLE -> new TableLoad(site);
            default -> throw site.refused("no instruction of a tile's unit");
        };
    }

    /** Where it stands. */
    public InstructionSite site() {
        return site;
    }

    public Opcode opcode() {
        return site.opcode();
    }

    final Instruction instruction() {
        return site.instruction();
    }

    final AddressWalk walk(String name, Loops loops, int shortened) {
        return walk(name, loops, shortened, AddressWalk.LONG);
    }

    /** @param longest elements that are laid out */
    final AddressWalk walk(String name, Loops loops, int shortened, int longest) {
        try {
            return AddressWalk.of(loops, shortened, longest);
        } catch (IllegalArgumentException e) {
            throw site.refused("%s: %s", name, e.getMessage());
        }
    }

    /** All slots. */
    final Wait[] waits(List<Wait> waits) {
        for (Wait wait : waits) {
            site.require(wait.counter() < TileCounter.COUNT, "waits for counter %d", wait.counter());
        }
        return waits.toArray(Wait[]::new);
    }

    /** The slots of one side. */
    final Wait[] side(List<Wait> waits, boolean room) {
        waits(waits);
        return waits.stream().filter(wait -> wait.room() == room).toArray(Wait[]::new);
    }

    @Override
    public String toString() {
        return site.toString();
    }
}
