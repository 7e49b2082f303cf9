package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.List;

/**
 * The activations of one inference as a plan sees them: numbered words of 4 bytes, the input first, then what tensor ops
 * produce, each once. The chip moves copies of them between memories; a copy keeps its number.
 */
final class Arena {
    private final List<OutputGroup> groups = new ArrayList<>();
    private int words = -1;

    /** The input takes the first words. */
    void startAfter(int inputBytes) {
        words = (inputBytes + ChipParameters.WORD - 1) / ChipParameters.WORD;
    }

    /** Adds a group of outputs, which follows everything it reads. */
    OutputGroup add(OutputGroup.Request request) {
        OutputGroup group = new OutputGroup(request, words);
        words += request.op().lanes() / ChipParameters.WORD;
        groups.add(group);
        return group;
    }

    boolean started() {
        return words >= 0;
    }

    int words() {
        return Math.max(words, 0);
    }

    /** In an order in which each reads only the input and groups before it. */
    List<OutputGroup> groups() {
        return groups;
    }
}
