package org.tensorizer.device.emulator;

/** How the chip reads a weight from its stored byte. */
public enum WeightCode {
    /**
     * The byte is unsigned, 128 means 0 where the zero point is 128. Source: payloads of compiled models next to their
     * sources.
     */
    OFFSET_128,
    /** The byte is a two's complement number. Not the real chip; to see experiments fail. */
    TWOS_COMPLEMENT,
    /** Bit 7 is the sign, the others the magnitude. Not the real chip; to see experiments fail. */
    SIGN_MAGNITUDE;

    /** The unsigned value, 0 to 255, that the multiplier sees for a stored byte. */
    int unsigned(int stored) {
        return switch (this) {
            case OFFSET_128 -> stored;
            case TWOS_COMPLEMENT -> stored ^ 0x80;
            case SIGN_MAGNITUDE -> 128 + (stored < 128 ? stored : 128 - stored);
        };
    }
}
