package org.tensorizer.conv;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.TileCounter;

/**
 * What the counters stand at where the next piece of a program begins: every wait names a total since its counter was last
 * set. Mutable, one for a program, not thread-safe.
 */
public final class Progress {
    /** Passes of weights, results of ops, loads of the scaling registers. */
    int passes;

    int results;
    int loads;

    /** Passes that were stored by ring consumer 0 and 1. */
    int storedA;

    int storedB;

    /** Packets of both kinds; these counters run on through the whole program. */
    int packetsA;

    int packetsB;

    /** Words sent to the loop-back, words popped from it. */
    int looped;

    int popped;

    /** Units of parameters that the host sent in this inference. */
    int fetched;

    /** Blocks that each tile received from or sent to its four sides. */
    private final Map<TileCounter, int[]> blocks = new EnumMap<>(TileCounter.class);

    /** Packets stored by ring consumer 0 of each tile, words read from them, rows packed. */
    private final int[] read = new int[Chip.TILES];

    private final int[] words = new int[Chip.TILES];
    private final int[] rows = new int[Chip.TILES];

    /** Behind a fence that sets the counters of the tiles to 0. */
    public void clear() {
        passes = 0;
        results = 0;
        loads = 0;
        storedA = 0;
        storedB = 0;
        blocks.clear();
        Arrays.fill(read, 0);
        Arrays.fill(words, 0);
        Arrays.fill(rows, 0);
    }

    /** Behind a fence of the scalar core that counts the packets from 0 again. */
    public void clearPackets() {
        packetsA = 0;
        packetsB = 0;
    }

    /** Packets of kind A so far. */
    public int packetsA() {
        return packetsA;
    }

    /** Packets of kind B so far. */
    public int packetsB() {
        return packetsB;
    }

    /** Number of the next packet of kind A. */
    public int nextPacketA() {
        return packetsA++;
    }

    /** Number of the first of the next packets of kind B. */
    public int nextPacketsB(int count) {
        packetsB += count;
        return packetsB - count;
    }

    /**
     * Blocks by tile, which the caller may raise.
     *
     * @param counter one of a mesh unit
     */
    public int[] blocks(TileCounter counter) {
        return blocks.computeIfAbsent(counter, key -> new int[Chip.TILES]);
    }

    /** Packets that a tile received. */
    public int read(int tile) {
        return read[tile];
    }

    /** Words that a tile read from packets. */
    public int words(int tile) {
        return words[tile];
    }

    /** Rows that a tile packed for packets. */
    public int rows(int tile) {
        return rows[tile];
    }

    /** A packet of so many words went from a tile to those of a mask. */
    public void packet(int sender, int receivers, int count) {
        for (int tile = 0; tile < Chip.TILES; tile++) {
            if ((receivers >> tile & 1) != 0) {
                read[tile]++;
                words[tile] += count;
            }
        }
        rows[sender]++;
    }
}
