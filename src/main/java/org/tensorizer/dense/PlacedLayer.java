package org.tensorizer.dense;

/**
 * A Dense layer and where it lives in the memories of the tiles that compute it.
 *
 * @param shape of the layer
 * @param firstRow of its parameters in wide memory, the same on all its tiles
 * @param outputWord first word of its outputs in narrow memory; its inputs start at word 0
 */
record PlacedLayer(DenseShape shape, int firstRow, int outputWord) {
    /** Words of narrow memory that the inputs take. */
    static int words(int channels) {
        return DenseShape.ceilDiv(channels, DenseShape.INPUTS_PER_ROW);
    }

    int inputWords() {
        return words(shape.inputs());
    }

    Partition outputs() {
        return shape.outputPartition();
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
