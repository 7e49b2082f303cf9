package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.List;

/**
 * The activations of one inference as a plan sees them: numbered words of 4 bytes, the input first, then what tensor ops
 * produce, each once. The chip moves copies of them between memories; a copy keeps its number.
 */
final class Arena {
    /** Bytes of the smallest row a program stores. */
    private static final int SMALLEST_ROW = UnitTransfer.WIDE_UNIT;

    private final List<OutputGroup> groups = new ArrayList<>();
    private final long mostRows;
    private long rows;
    private int words = -1;

    /** @param mostRows weight rows that all groups together may read; each costs memory in the plan */
    Arena(long mostRows) {
        this.mostRows = mostRows;
    }

    /** For a payload: each row of it twice. Known programs read each once. */
    static Arena forParameters(int payloadBytes) {
        return new Arena(2L * payloadBytes / SMALLEST_ROW);
    }

    /** The input takes the first words. */
    void startAfter(int inputBytes) {
        words = (inputBytes + ChipParameters.WORD - 1) / ChipParameters.WORD;
    }

    /** Adds a group of outputs, which follows everything it reads. */
    OutputGroup add(OutputGroup.Request request) {
        rows += request.weightRows().length;
        request.op().at().require(rows <= mostRows, "reads %d weight rows, the payload has %d", rows, mostRows / 2);
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
