package org.tensorizer.device.emulator;

import org.tensorizer.isa.Wait;
import org.tensorizer.isa.WideToNarrow;

/** 0x14: rows of wide memory as a stream of words into narrow memory, or of units into the scaling registers. */
public final class ToNarrowMove extends TileCommand {
    private final AddressWalk words;
    final AddressWalk rows;
    final int signal;
    final Wait[] room;
    final Wait[] data;
    final int pack;

    /** Words in front of the wanted ones. */
    final int skip;

    final boolean toScaling;

    ToNarrowMove(InstructionSite site) {
        super(site);
        words = walk("words", WideToNarrow.WORDS.get(instruction()), 0);
        rows = walk("rows", WideToNarrow.ROWS.get(instruction()), 0);
        signal = WideToNarrow.SIGNAL.level(instruction());
        room = side(WideToNarrow.WAITS.get(instruction()), true);
        data = side(WideToNarrow.WAITS.get(instruction()), false);
        pack = instruction().getInt(WideToNarrow.PACK);
        toScaling = instruction().isSet(WideToNarrow.TO_SCALING);
        if (instruction().isSet(WideToNarrow.SKIP_ON)) {
            skip = instruction().getInt(WideToNarrow.SKIP_LIMIT) + 1;
            site.require(
                    words.blockOf(instruction().getInt(WideToNarrow.SKIP_LEVEL) + 1, words.total() - 1) == 0,
                    "words are skipped inside the walk");
        } else {
            skip = 0;
        }
    }

    /** Addresses of the words. */
    public AddressWalk words() {
        return words;
    }
}
