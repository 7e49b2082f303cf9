package org.tensorizer.device.emulator;

import java.util.List;

/**
 * What an EXECUTION_ONLY stream does with activations, whatever the weights are.
 *
 * @param inputBytes bytes the host sends, padding included
 * @param words activation words, the input's first
 * @param groups products, each of which reads only the input and outputs of groups before it
 * @param output activation word of each 4 bytes the host gets, {@link NarrowMemory#UNWRITTEN} for padding
 * @param written rows of wide memory that the stream itself writes, by tile: it leaves no parameters there
 */
record Dataflow(int inputBytes, int words, List<OutputGroup> groups, int[] output, boolean[][] written) {
    Dataflow {
        groups = List.copyOf(groups);
    }

    int outputBytes() {
        return output.length * ChipParameters.WORD;
    }
}
