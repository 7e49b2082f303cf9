package org.tensorizer.compiler;

import java.util.List;
import org.tensorizer.conv.PerTile;
import org.tensorizer.conv.ResultCode;
import org.tensorizer.conv.WideAreas;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.Wait;

/** A result of one pixel to the host: the words of each tile that has any, tile after tile. */
final class VectorResultCode {
    private static final int ROW = WideAreas.ROWS - 2;

    private final ProgramBuilder program;
    private final Traffic traffic;

    VectorResultCode(ProgramBuilder program, Traffic traffic) {
        this.program = program;
        this.traffic = traffic;
    }

    /**
     * @param base first word, of tile 0
     * @param step words from the first word of a tile to that of the next, 0 where each has its own
     * @param words of each tile
     * @param name of the output, empty where there is one
     */
    void emit(int base, int step, List<Integer> words, String name) {
        program.meet();
        ResultCode.start(program, name);
        PerTile.add(program, tile -> tile < words.size() ? pack(base + step * tile, words.get(tile)) : null);
        ResultCode.describe(
                program, words.stream().mapToInt(HeadPlan::tileBytes).sum());
        for (int tile = 0; tile < words.size(); tile++) {
            program.add(ResultCode.outfeed(HeadPlan.tileBytes(words.get(tile))));
            program.add(ResultCode.send(tile, Loops.from(ROW).step(1, 1), traffic.nextPacketA()));
        }
        program.fence(ProgramBuilder.TILE_COUNTERS);
    }

    private static Instruction pack(int source, int words) {
        Instruction pack = Instruction.of(Opcode.NARROW_TO_WIDE).set(NarrowToWide.PACK, 1);
        NarrowToWide.WORDS.set(pack, Loops.from(source).step(1, words));
        NarrowToWide.ROWS.set(pack, Loops.from(ROW).single().window(1, 1));
        NarrowToWide.WAITS.set(pack, 0, Wait.room(TileCounter.RING_WRITE, 1, -1, 1));
        NarrowToWide.SIGNAL.set(pack, 1);
        return pack;
    }
}
