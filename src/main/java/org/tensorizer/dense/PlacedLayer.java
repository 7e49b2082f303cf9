package org.tensorizer.dense;

import java.util.List;

/**
 * A Dense layer and where it lives in the memories of the tiles that compute it.
 *
 * @param shape of the layer
 * @param firstRow of its parameters in wide memory, the same on all its tiles
 * @param outputWord first word of its outputs in narrow memory; its inputs start at word 0
 */
record PlacedLayer(DenseShape shape, int firstRow, int outputWord) {
    /**
     * Tiles that compute the same number of output channels and so share an instruction.
     *
     * @param tiles mask
     * @param channels output channels of each of them
     */
    record Part(int tiles, int channels) {}

    /** Words of narrow memory that channels take. */
    static int words(int channels) {
        return DenseShape.ceilDiv(channels, DenseShape.INPUTS_PER_ROW);
    }

    int inputWords() {
        return words(shape.inputs());
    }

    Partition outputs() {
        return shape.outputPartition();
    }

    /** All tiles, or all but the short last one and that one. */
    List<Part> parts() {
        Partition outputs = outputs();
        int last = outputs.tiles() - 1;
        return outputs.hasShortLastTile()
                ? List.of(
                        new Part(outputs.mask() >> 1, outputs.tileChannels()),
                        new Part(1 << last, outputs.channels(last)))
                : List.of(new Part(outputs.mask(), outputs.channels(0)));
    }

    /** First row behind the parameters. */
    int endRow() {
        return firstRow + shape.rowsPerTile();
    }

    /** First row of weights. */
    int weightRow() {
        return firstRow + shape.format().headerRows() * outputs().groupsPerTile();
    }
}
