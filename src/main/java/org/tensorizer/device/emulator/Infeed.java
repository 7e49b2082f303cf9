package org.tensorizer.device.emulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The way from the host to the tiles: DMA, INFEED into a circular buffer, POP out of it. Flow is counted in units. */
final class Infeed {
    private static final int COUNTER = 1 << 16;
    private static final int FULL_WIDTH = ChipParameters.ROW_BYTES / UnitTransfer.WIDE_UNIT - 1;

    private final List<Tile> tiles;
    private final Deque<HostData> host = new ArrayDeque<>();
    private final Deque<UnitTransfer> infeeds = new ArrayDeque<>();
    private final Deque<UnitTransfer> pops = new ArrayDeque<>();

    /** The stream in the buffer: the INFEED that brings it, its data, null before the first. */
    private UnitTransfer current;

    private HostData data;
    private int infed;
    private int popped;

    /** Units that the POP at the head of the queue has taken so far. */
    private int taken;

    Infeed(List<Tile> tiles) {
        this.tiles = tiles;
    }

    void send(HostData block) {
        host.add(block);
    }

    void infeed(Encoded at) {
        infeeds.add(UnitTransfer.read(at));
    }

    void pop(Encoded at) {
        at.require(at.tiles() != 0, "no tile gets the units");
        pops.add(UnitTransfer.read(at));
    }

    /** Moves what can move. */
    boolean step() {
        return stepInfeed() | stepPop();
    }

    private boolean stepInfeed() {
        if (current == null || infed == current.units()) {
            if (infeeds.isEmpty() || host.isEmpty()) {
                return false;
            }
            start(infeeds.peek(), host.peek());
        }
        int allowed = (int) Math.min(current.units(), popped - (long) current.start() + 1);
        if (allowed <= infed) {
            return false;
        }
        current.at()
                .require(
                        allowed - popped <= current.capacity(),
                        "lets %d units into a buffer of %d",
                        allowed - popped,
                        current.capacity());
        infed = allowed;
        if (infed == current.units()) {
            infeeds.remove();
            host.remove();
        }
        return true;
    }

    private void start(UnitTransfer next, HostData block) {
        next.at().require(popped == infed, "starts with %d units of the stream before in the buffer", infed - popped);
        next.at().requireEqual("bytes of the descriptor", (long) next.units() * next.unitBytes(), block.bytes());
        current = next;
        data = block;
        infed = 0;
        popped = 0;
    }

    private boolean stepPop() {
        if (pops.isEmpty() || current == null) {
            return false;
        }
        UnitTransfer pop = pops.peek();
        int available = Math.min(pop.units() - taken, infed - popped);
        if (available <= 0) {
            return false;
        }
        if (taken == 0) {
            check(pop);
        }
        popped += available;
        taken += available;
        if (taken == pop.units()) {
            pops.remove();
            deliver(pop);
            taken = 0;
        }
        return true;
    }

    /** The unit that the start address names must be the next one: all others are gone or not there yet. */
    private void check(UnitTransfer pop) {
        Encoded at = pop.at();
        at.requireEqual("bytes of a unit", current.unitBytes(), pop.unitBytes());
        at.requireEqual("wait", (popped + 1) % COUNTER, pop.start());
        at.requireEqual("units.base", popped % pop.capacity(), at.get("units.base") % pop.capacity());
    }

    private void deliver(UnitTransfer pop) {
        Encoded at = pop.at();
        int width = at.get("row.width");
        at.require(
                width == FULL_WIDTH || pop.unitBytes() == UnitTransfer.WIDE_UNIT && pop.units() % (width + 1) == 0,
                "%d units of %d bytes in rows of %d units",
                pop.units(),
                pop.unitBytes(),
                width + 1);
        int rowBytes = UnitTransfer.WIDE_UNIT * (width + 1);
        int end = popped * pop.unitBytes();
        List<WideRow> rows = new ArrayList<>();
        for (int start = end - pop.units() * pop.unitBytes(); start < end; start += rowBytes) {
            rows.add(data.row(start, Math.min(start + rowBytes, end)));
        }
        for (Tile tile : tiles) {
            if ((at.tiles() >> tile.index & 1) != 0) {
                tile.inbox.add(rows);
            }
        }
    }

    /** Refuses what is left over where everything must have moved. */
    void requireIdle(Encoded at) {
        for (Deque<UnitTransfer> queue : List.of(infeeds, pops)) {
            if (!queue.isEmpty()) {
                throw at.refused("stalled: never became ready: " + queue.peek().at());
            }
        }
        at.require(host.isEmpty(), "the host sent data that no INFEED took");
        at.require(popped == infed, "%d units infed, %d popped", infed, popped);
    }
}
