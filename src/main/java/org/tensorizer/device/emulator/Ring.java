package org.tensorizer.device.emulator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The ring between the tiles and to the outfeed. A packet is one row of wide memory. */
final class Ring {
    /** Bit of the outfeed among the receivers. */
    static final int OUTFEED = 1 << ChipParameters.TILES;

    private final List<Tile> tiles;
    private final Deque<WideRow> outbox = new ArrayDeque<>();
    private int sent;

    Ring(List<Tile> tiles) {
        this.tiles = tiles;
    }

    /** Packets since the counter was cleared, of all tiles. */
    int sent() {
        return sent;
    }

    void clearSent() {
        sent = 0;
    }

    void send(int receivers, WideRow row) {
        for (Tile tile : tiles) {
            if ((receivers >> tile.index & 1) != 0) {
                tile.inbox.add(List.of(row));
            }
        }
        if ((receivers & OUTFEED) != 0) {
            outbox.add(row);
        }
        sent++;
    }

    /** Packets on their way to the outfeed, oldest first. */
    Deque<WideRow> outbox() {
        return outbox;
    }
}
