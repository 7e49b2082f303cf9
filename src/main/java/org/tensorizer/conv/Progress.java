package org.tensorizer.conv;

import org.tensorizer.isa.Chip;

/**
 * What the counters stand at where the next step begins: every wait names a total since its counter was last set. Mutable,
 * one for a program, not thread-safe.
 */
public final class Progress {
    /** Passes of weights, results of ops, loads of the scaling registers. */
    int passes;

    int results;
    int loads;

    /** Passes that were stored by ring consumer 0 and 1. */
    int storedA;

    int storedB;

    /** Mesh blocks that came to each tile from the four sides. */
    final int[] fromNorth = new int[Chip.TILES];

    final int[] fromSouth = new int[Chip.TILES];
    final int[] fromWest = new int[Chip.TILES];
    final int[] fromEast = new int[Chip.TILES];

    /** Packets of both kinds; these counters run on through the whole program. */
    int packetsA;

    int packetsB;

    /** Words sent to the loop-back, words popped from it. */
    int looped;

    int popped;

    /** Units of parameters that the host sent in this inference. */
    int fetched;

    /** Units of parameters that the host sent so far. */
    public int fetched() {
        return fetched;
    }

    /** Packets of kind A so far. */
    public int packetsA() {
        return packetsA;
    }

    /** Packets of kind B so far. */
    public int packetsB() {
        return packetsB;
    }

    /** A progress that begins with so many packets of kind B and units from the host, everything else 0. */
    public static Progress after(int packetsB, int fetched) {
        Progress progress = new Progress();
        progress.packetsB = packetsB;
        progress.fetched = fetched;
        return progress;
    }

    /** The same behind a fence that sets the counters of the tiles to 0. */
    Progress cleared() {
        Progress fresh = new Progress();
        fresh.packetsA = packetsA;
        fresh.packetsB = packetsB;
        fresh.looped = looped;
        fresh.popped = popped;
        fresh.fetched = fetched;
        return fresh;
    }
}
