package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

/**
 * 0x13: words of narrow memory into rows of wide memory. The words of one nest of {@code pack} loops go into one row, at
 * most 64; then a new row begins. A row waits for all slots whose blocks begin in it.
 */
public final class NarrowToWide {
    static final String SEMANTICS = "packs words of narrow memory into rows of wide memory, transposed if asked:"
            + " packets for the ring, and activations as weights";

    static final FieldTable TABLE = new FieldTable(7, TileInstruction.TABLE);

    public static final Field BASE_REGISTER =
            TABLE.number("words.base.register", 28, 5, "scalar register of the word base", EXECUTED);
    public static final Walk WORDS = Walk.narrow(TABLE, "words", "words of narrow memory", 62);
    public static final Walk ROWS = Walk.wide(TABLE, "rows", "rows of wide memory", 337);
    public static final Field BASE_FROM_REGISTER =
            TABLE.flag("words.base.fromRegister", 542, "the word base comes from a scalar register", EXECUTED);
    public static final Signal SIGNAL = Signal.of(TABLE, "signal", 543, 3, "counts NARROW_TO_WIDE");
    public static final Waits WAITS = Waits.tile(TABLE, 547, 42, 6, 3, true);
    public static final Field TRANSPOSE =
            TABLE.flag("transpose", 799, "groups of 4 words: byte c of word k becomes byte k of word c", EXECUTED);
    public static final Field TRANSPOSE_16 =
            TABLE.flag("transpose.16", 800, "pairs of words as 2 x 2 elements of 16 bits instead", EXECUTED);
    public static final Field PACK =
            TABLE.number("pack", 801, 3, "inner loops whose words share a row; 0 = every word", EXECUTED);

    private NarrowToWide() {}

    /**
     * Moves words of narrow memory to rows of wide memory.
     *
     * @param pack inner loops whose words share a row, 0 where every word has one
     */
    public static Instruction move(Loops.Builder words, Loops.Builder rows, int pack) {
        Instruction move = Instruction.of(Opcode.NARROW_TO_WIDE).set(PACK, pack);
        WORDS.set(move, words);
        ROWS.set(move, rows);
        return move;
    }
}
