package org.tensorizer.device.emulator;

/**
 * A block of bytes that the host sends by DMA.
 *
 * @param kind input or parameters
 * @param bytes length
 */
record HostData(Kind kind, int bytes) {
    enum Kind {
        INPUT,
        PARAMETERS
    }

    /** The bytes from {@code start} to {@code end - 1} as a row of wide memory. */
    WideRow row(int start, int end) {
        if (kind == Kind.PARAMETERS) {
            return new WideRow.Parameters(start, end - start);
        }
        int[] words = new int[(end - start) / ChipParameters.WORD];
        for (int i = 0; i < words.length; i++) {
            words[i] = start / ChipParameters.WORD + i;
        }
        return new WideRow.Activations(words);
    }
}
