package org.tensorizer.device.emulator;

import java.util.Arrays;

/** The narrow memory of a tile: for each word of 4 activations its number in the plan, or that nobody wrote it. */
final class NarrowMemory {
    /** A word nobody wrote. */
    static final int UNWRITTEN = -1;

    private final int[] words = new int[ChipParameters.NARROW_WORDS];

    NarrowMemory() {
        Arrays.fill(words, UNWRITTEN);
    }

    void write(Encoded at, int address, int word) {
        at.require(inside(address), "word %d lies outside narrow memory", address);
        words[address] = word;
    }

    int[] read(Encoded at, int[] addresses) {
        int[] read = new int[addresses.length];
        for (int i = 0; i < read.length; i++) {
            int address = addresses[i];
            at.require(inside(address), "word %d lies outside narrow memory", address);
            at.require(words[address] != UNWRITTEN, "reads word %d of narrow memory, which nobody wrote", address);
            read[i] = words[address];
        }
        return read;
    }

    private boolean inside(int address) {
        return address >= 0 && address < words.length;
    }
}
