package org.tensorizer.conv;

import java.util.LinkedHashMap;
import java.util.Map;
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

    private record Shared(Instruction instruction, Object shape) {}

    /** @param code instruction of a tile, its mask empty; null if the tile has none */
    public static void add(ProgramBuilder program, IntFunction<Instruction> code) {
        add(program, code, tile -> null);
    }

    /** @param shape where this differs tiles share nothing */
    public static void add(ProgramBuilder program, IntFunction<Instruction> code, IntFunction<?> shape) {
        Map<Shared, Integer> all = new LinkedHashMap<>();
        for (int tile = 0; tile < Chip.TILES; tile++) {
            Instruction instruction = code.apply(tile);
            if (instruction != null) {
                all.merge(new Shared(instruction, shape.apply(tile)), 1 << tile, (some, more) -> some | more);
            }
        }
        all.forEach((each, tiles) -> program.add(each.instruction().set(TileInstruction.TILES, tiles)));
    }
}
