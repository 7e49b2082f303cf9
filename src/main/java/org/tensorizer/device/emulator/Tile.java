package org.tensorizer.device.emulator;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** One tile while a stream is interpreted: its memories, the queues of its units, its counters. */
final class Tile {
    /** Units of a tile, in the order in which they are given a turn: a reader goes before the store that reuses its row. */
    enum Unit {
        WIDE,
        STORE,
        NARROW,
        SEND,
        TENSOR
    }

    final int index;
    final NarrowMemory narrow = new NarrowMemory();

    /** Rows as this stream leaves them; null where it wrote none. */
    final WideRow[] wide = new WideRow[ChipParameters.WIDE_ROWS];

    /** Packets that wait for a STORE. */
    final Deque<List<WideRow>> inbox = new ArrayDeque<>();

    /** Row that a NARROW filled and no SEND has taken yet, or -1. */
    int staged = -1;

    /** Fills of the receive window by STORE since the last clear. */
    int fills;

    /** Units of 64 bytes that WIDE read since the last clear. */
    int drained;

    /** Rows that the last fill brought. */
    final BitSet filled = new BitSet();

    /** Parameter reader that the next tensor op uses up, or null. */
    ParameterReader header;

    private final Map<Unit, Deque<TileOperation>> queues = new EnumMap<>(Unit.class);

    Tile(int index) {
        this.index = index;
        for (Unit unit : Unit.values()) {
            queues.put(unit, new ArrayDeque<>());
        }
    }

    Deque<TileOperation> queue(Unit unit) {
        return queues.get(unit);
    }

    /** Gives each unit one turn. */
    boolean step(Ring ring) {
        boolean moved = false;
        for (Unit unit : Unit.values()) {
            Deque<TileOperation> queue = queues.get(unit);
            if (!queue.isEmpty() && queue.peek().run(this, ring)) {
                queue.poll();
                moved = true;
            }
        }
        return moved;
    }

    /** What a fence does to fills and drains. */
    void clearCounters() {
        fills = 0;
        drained = 0;
    }

    /** Refuses what is left over where everything must have run. */
    void requireIdle(Encoded at) {
        for (Deque<TileOperation> queue : queues.values()) {
            if (!queue.isEmpty()) {
                throw at.refused("stalled: on tile " + index + " never became ready: "
                        + queue.peek().at());
            }
        }
        at.require(inbox.isEmpty(), "tile %d: data from the ring that no STORE took", index);
        at.require(staged < 0, "tile %d: row %d was staged and never sent", index, staged);
        at.require(header == null, "tile %d: header rows that no tensor op used", index);
    }
}
