package org.tensorizer.conv;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileInstruction;

/**
 * What tiles do alike is one instruction: tiles whose instructions are equal share one, with a bit for each in its mask;
 * different ones follow each other in the order of their first tiles.
 */
public final class PerTile {
    private PerTile() {}

    private record Shared(Instruction instruction, Object shape, int tiles) {}

    /** @param code instruction of a tile, its mask empty; null if the tile has none */
    public static void add(ProgramBuilder program, IntFunction<Instruction> code) {
        add(program, code, tile -> null);
    }

    /** @param shape where this differs tiles share nothing */
    public static void add(ProgramBuilder program, IntFunction<Instruction> code, IntFunction<?> shape) {
        List<Shared> all = new ArrayList<>();
        for (int tile = 0; tile < Chip.TILES; tile++) {
            Instruction instruction = code.apply(tile);
            if (instruction != null) {
                put(all, new Shared(instruction, shape.apply(tile), 1 << tile));
            }
        }
        all.forEach(each -> program.add(each.instruction().set(TileInstruction.TILES, each.tiles())));
    }

    private static void put(List<Shared> all, Shared mine) {
        for (int i = 0; i < all.size(); i++) {
            Shared other = all.get(i);
            if (other.instruction().equals(mine.instruction()) && Objects.equals(other.shape(), mine.shape())) {
                all.set(i, new Shared(other.instruction(), other.shape(), other.tiles() | mine.tiles()));
                return;
            }
        }
        all.add(mine);
    }
}
