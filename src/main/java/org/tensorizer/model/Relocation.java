package org.tensorizer.model;

/**
 * Half an address that the runtime writes into an instruction before it is sent.
 *
 * @param kind which address
 * @param batch which batch, 0 in every model seen
 * @param name layer of an INPUT or OUTPUT, empty otherwise
 * @param half which 32 bits of the address
 * @param bit position in the chunk of the lowest of the 32 bits, bit 0 being the lowest of byte 0
 */
public record Relocation(Kind kind, int batch, String name, Half half, int bit) {
    /** The four base addresses, in the order of their numbers in the file. */
    public enum Kind {
        OUTPUT,
        INPUT,
        PARAMETER,
        SCRATCH
    }

    /** The two halves of a 64-bit address, in the order of their numbers in the file. */
    public enum Half {
        LOWER,
        UPPER
    }
}
