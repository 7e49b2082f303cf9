package org.tensorizer.compiler;

import java.util.EnumMap;
import java.util.Map;
import org.tensorizer.conv.Progress;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Opcode;

/**
 * What the tiles have sent and received since the last fence that set their counters to 0, and the packets of the whole
 * program. Mutable, one for a program, not thread-safe.
 */
final class Traffic {
    private int packetsA;
    private int packetsB;
    private int fetched;
    /** Rows stored by ring consumer 0, words read from them, rows packed, on each tile. */
    private final int[] read = new int[Chip.TILES];

    private final int[] words = new int[Chip.TILES];
    private final int[] rows = new int[Chip.TILES];
    private final Map<Opcode, int[]> received = new EnumMap<>(Opcode.class);
    private final Map<Opcode, int[]> sent = new EnumMap<>(Opcode.class);

    Traffic(Progress progress) {
        packetsA = progress.packetsA();
        packetsB = progress.packetsB();
        fetched = progress.fetched();
    }

    /** Units of parameters that the host sent so far. */
    int fetched() {
        return fetched;
    }

    void fetched(int units) {
        fetched = units;
    }

    /** Behind a fence that clears the counters of the tiles. */
    void clear() {
        java.util.Arrays.fill(read, 0);
        java.util.Arrays.fill(words, 0);
        java.util.Arrays.fill(rows, 0);
        received.clear();
        sent.clear();
    }

    /** Behind a fence of the scalar core that counts the packets from 0 again. */
    void clearPackets() {
        packetsA = 0;
        packetsB = 0;
    }

    int packetsA() {
        return packetsA;
    }

    int packetsB() {
        return packetsB;
    }

    /** Number of the next packet of kind A. */
    int nextPacketA() {
        return packetsA++;
    }

    /** Number of the next packets of kind B. */
    int nextPacketsB(int count) {
        int first = packetsB;
        packetsB += count;
        return first;
    }

    int read(int tile) {
        return read[tile];
    }

    int words(int tile) {
        return words[tile];
    }

    int rows(int tile) {
        return rows[tile];
    }

    /** A packet went from a tile to those of a mask. */
    void packet(int sender, int receivers, int count) {
        for (int tile = 0; tile < Chip.TILES; tile++) {
            if ((receivers >> tile & 1) != 0) {
                read[tile]++;
                words[tile] += count;
            }
        }
        rows[sender]++;
    }

    /** Blocks that a tile has received over a mesh unit. */
    int received(Opcode mesh, int tile) {
        return received.getOrDefault(mesh, NOTHING)[tile];
    }

    /** Blocks that a tile has sent over a mesh unit. */
    int sent(Opcode mesh, int tile) {
        return sent.getOrDefault(mesh, NOTHING)[tile];
    }

    void receive(Opcode mesh, int tile, int blocks) {
        received.computeIfAbsent(mesh, key -> new int[Chip.TILES])[tile] += blocks;
    }

    void send(Opcode mesh, int tile, int blocks) {
        sent.computeIfAbsent(mesh, key -> new int[Chip.TILES])[tile] += blocks;
    }

    private static final int[] NOTHING = new int[Chip.TILES];
}
