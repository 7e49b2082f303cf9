package org.tensorizer.network.trace;

/**
 * A constant that the mesh wrote to narrow memory.
 *
 * @param place of the instruction
 * @param word the four bytes, little-endian
 */
public record Fill(Place place, int word) {
    /** One of the four bytes, unsigned. */
    int value(int part) {
        return word >>> 8 * part & 0xff;
    }
}
