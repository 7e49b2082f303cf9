package org.tensorizer.device.emulator;

import org.tensorizer.isa.Chip;

/**
 * A DMA descriptor: bytes between host memory and the chip. The bytes of all transfers of a kind form one stream, each
 * padded to whole units; outputs follow one another.
 *
 * @param index its number in the program, over all kinds
 * @param address in host memory, as the program computed it from its immediates
 * @param size bytes
 * @param offset of its first byte in the stream of its kind
 */
public record Transfer(int index, Kind kind, long address, int size, int offset) {
    /** Direction and buffer. */
    public enum Kind {
        INPUT(Chip.INPUT_UNIT_BYTES),
        PARAMETERS(Chip.PARAMETER_UNIT_BYTES),
        OUTPUT(1);

        private final int unit;

        Kind(int unit) {
            this.unit = unit;
        }

        /** Bytes of a unit of its stream. */
        int unit() {
            return unit;
        }
    }

    @Override
    public String toString() {
        return kind + " of " + size + " bytes at 0x" + Long.toHexString(address);
    }
}
