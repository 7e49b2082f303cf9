package org.tensorizer.template;

import org.tensorizer.isa.Program;

/**
 * All that stands around the weights in a compiled model of one input and one output vector.
 *
 * @param description the model's description field
 * @param executionOnly the program of an inference
 * @param parameterCaching the program that brings the payload to the chip
 * @param signed whether the tensors are int8 (else uint8); the chip itself always works on unsigned bytes
 * @param narrowBytesPerTile narrow memory the program uses in each tile
 * @param parameterBytes size of the payload
 * @param token parameter-caching token, not 0, the same in both executables
 */
record Assembly(
        String description,
        Program executionOnly,
        Program parameterCaching,
        Edge input,
        Edge output,
        boolean signed,
        int narrowBytesPerTile,
        int parameterBytes,
        long token) {
    /**
     * A vector at the edge of the model.
     *
     * @param zeroPoint in the unsigned domain, 0..255
     */
    record Edge(String name, int channels, float scale, int zeroPoint) {
        /** Transfers are in units of 8 bytes. */
        int transferBytes() {
            return (channels + 7) / 8 * 8;
        }

        /** As TFLite has it: the unsigned zero point minus 128 for an int8 tensor. */
        long zeroPoint(boolean signed) {
            return signed ? zeroPoint - 128L : zeroPoint;
        }
    }
}
