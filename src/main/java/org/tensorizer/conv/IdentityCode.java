package org.tensorizer.conv;

import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.MeshBus;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;

/**
 * The identity matrix of 4 x 4 as a row of weights, with which an op copies words: four fills write its words, narrowToWide
 * takes them to wide memory.
 */
public final class IdentityCode {
    /** Its words of narrow memory. */
    static final int WORDS = 4;

    /** Its row of wide memory, the highest. */
    static final int ROW = Chip.WIDE_ROWS - 1;

    private IdentityCode() {}

    /** Where the channels are no whole words a second row of zeros follows, for the bytes that fill a word up. */
    static void emit(ProgramBuilder program, InputPlan input, int words) {
        if (input.isSpread()) {
            fills(program, words, false);
            int rest = input.identityWords() - WORDS;
            program.add(MeshBus.fill(
                    Opcode.MESH_BUS_2, Chip.ALL_TILES, Loops.from(words + WORDS).step(1, rest), 0));
            program.fence();
            Instruction pack = pack(words, input.identityWords());
            NarrowToWide.ROWS.set(pack, Loops.from(input.identityRow()).step(1, input.identityRows()));
            program.add(pack);
        } else {
            fills(program, words, true);
            program.add(counted(words, input.identityRow()));
        }
    }

    /** Once more, where its words and its row were given away. */
    public static void again(ProgramBuilder program, int words, int row) {
        fills(program, words, true);
        program.add(counted(words, row)).fence();
    }

    private static void fills(ProgramBuilder program, int words, boolean counted) {
        for (int j = 0; j < WORDS; j++) {
            Loops.Builder word = Loops.from(words + j).single();
            program.add(
                    counted && j == WORDS - 1
                            ? MeshBus.countedFill(Opcode.MESH_BUS_2, Chip.ALL_TILES, word, 1 << 8 * j)
                            : MeshBus.fill(Opcode.MESH_BUS_2, Chip.ALL_TILES, word, 1 << 8 * j));
        }
    }

    private static Instruction pack(int words, int count) {
        Instruction pack = Instruction.of(Opcode.NARROW_TO_WIDE)
                .set(TileInstruction.TILES, Chip.ALL_TILES)
                .set(NarrowToWide.PACK, 1);
        NarrowToWide.WORDS.set(pack, Loops.from(words).step(1, count));
        return pack;
    }

    /** Waits for the last fill. */
    private static Instruction counted(int words, int row) {
        Instruction pack = pack(words, WORDS);
        NarrowToWide.ROWS.set(pack, Loops.from(row).single());
        NarrowToWide.WAITS.set(pack, 0, Wait.data(TileCounter.MESH_SOUTH_IN, 1, 1, 0));
        NarrowToWide.SIGNAL.set(pack, 1);
        return pack;
    }
}
