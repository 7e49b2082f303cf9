package org.tensorizer.device.emulator;

import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Wait;

/** 0x13: words of narrow memory into rows of wide memory. */
public final class ToWideMove extends TileCommand {
    private final AddressWalk words;
    final AddressWalk rows;
    final int signal;

    /** Slots of the rows. */
    final Wait[] room;

    /** Slots of the words. */
    final Wait[] data;

    /** Inner loops whose words share a row. */
    final int pack;

    private final int square;

    ToWideMove(InstructionSite site) {
        super(site);
        boolean transposes = instruction().isSet(NarrowToWide.TRANSPOSE);
        boolean by16 = instruction().isSet(NarrowToWide.TRANSPOSE_16);
        site.require(transposes || !by16, "elements of 16 bits without transposition");
        words = walk("words", NarrowToWide.WORDS.get(instruction()), transposes ? 1 : 0);
        rows = walk("rows", NarrowToWide.ROWS.get(instruction()), 0);
        signal = NarrowToWide.SIGNAL.level(instruction());
        room = side(NarrowToWide.WAITS.get(instruction()), true);
        data = side(NarrowToWide.WAITS.get(instruction()), false);
        pack = instruction().getInt(NarrowToWide.PACK);
        square = !transposes ? 1 : by16 ? 2 : 4;
    }

    /** Addresses of the words. */
    public AddressWalk words() {
        return words;
    }

    /**
     * Words that are transposed together: 1 = none, 4 = byte c of word k becomes byte k of word c, 2 = the same with two
     * elements of 16 bits.
     */
    public int square() {
        return square;
    }

    /** Bytes of the row that so many words become: whole squares. */
    int bytes(int count) {
        return (count + square - 1) / square * square * 4;
    }

    /** Where byte {@code at} of a row comes from among the bytes of its words; beyond the last word it is undefined. */
    public int origin(int at) {
        if (square == 1) {
            return at;
        }
        int side = 4 * square;
        int element = 4 / square;
        int inside = at % side;
        int word = inside % 4 / element;
        int column = inside / 4;
        return at - inside + 4 * word + column * element + inside % element;
    }
}
