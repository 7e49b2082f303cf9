package org.tensorizer.device.emulator;

/** What a row of wide memory holds, known without any value: its bytes from 0 up to {@link #bytes} were written. */
sealed interface WideRow {
    int bytes();

    /**
     * A piece of the payload.
     *
     * @param offset of its first byte in the payload
     */
    record Parameters(int offset, int bytes) implements WideRow {}

    /**
     * Activations.
     *
     * @param words the activation words, by their number in the plan
     */
    record Activations(int[] words) implements WideRow {
        @Override
        public int bytes() {
            return words.length * ChipParameters.WORD;
        }
    }
}
