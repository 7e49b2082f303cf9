package org.tensorizer.device.emulator;

/**
 * Up to 64 output channels that one tile computes: one product of a block of weights with a vector of activations.
 *
 * @param request what a tensor op asked for
 * @param firstWord number of the first of its output words in the plan; they follow one another
 */
record OutputGroup(Request request, int firstWord) {
    /**
     * @param op the tensor op
     * @param tile that executes it
     * @param activations numbers of the activation words, one a step
     * @param weightRows rows of the tile's wide memory, one a step
     * @param headerRow first header row, -1 if the format has none
     */
    record Request(TensorOperation op, int tile, int[] activations, int[] weightRows, int headerRow) {}

    TensorOperation op() {
        return request.op();
    }

    int tile() {
        return request.tile();
    }
}
