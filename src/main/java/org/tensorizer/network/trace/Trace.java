package org.tensorizer.network.trace;

import java.util.List;

/**
 * What a program did, told by tags.
 *
 * @param records ops in an order in which the program may run
 * @param words words of activations that the records name
 * @param payload cached parameters, then streamed parameters; not a copy
 * @param cachedBytes how many of them are cached
 * @param inputs inputs in the order of the executable
 * @param outputs outputs in the order of the executable
 * @param fills constants of the mesh, by their number
 */
public record Trace(
        List<OpRecord> records,
        TagWords words,
        byte[] payload,
        int cachedBytes,
        List<Input> inputs,
        List<Output> outputs,
        List<Fill> fills) {
    /**
     * An input.
     *
     * @param name of the layer
     * @param firstByte number of its first byte over all inputs
     * @param y rows
     * @param x columns
     * @param z channels
     */
    public record Input(String name, int firstByte, int y, int x, int z) {}

    /**
     * An output.
     *
     * @param name of the layer
     * @param y rows
     * @param x columns
     * @param z channels
     * @param tags of its bytes, in the order y, x, z
     */
    public record Output(String name, int y, int x, int z, int[] tags) {}

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
}
