package org.tensorizer.dense;

import org.tensorizer.base.BadInputException;
import org.tensorizer.isa.Chip;

/**
 * A Dense layer y = act(W x + b) as the chip sees it. Any channel counts from 1 on can be named; whether there is a
 * program for them says {@link ShapeStatus#of(DenseShape)}.
 *
 * @param inputs input channels
 * @param outputs output channels
 * @param format what the payload holds beside the weights
 * @param activation fused into the clamps
 */
public record DenseShape(int inputs, int outputs, ParameterFormat format, Activation activation) {
    /** Output channels of a group: the lanes of a row of wide memory. */
    public static final int GROUP = Chip.LANES;

    /** Input channels in a row of wide memory: one a byte of a lane. */
    public static final int INPUTS_PER_ROW = Chip.WORD_BYTES;

    public DenseShape {
        if (inputs < 1 || outputs < 1) {
            throw new BadInputException(
                    "Dense " + inputs + " -> " + outputs + ": expected at least one input and one output channel");
        }
    }

    /** Without activation. */
    public static DenseShape of(int inputs, int outputs, ParameterFormat format) {
        return new DenseShape(inputs, outputs, format, Activation.NONE);
    }

    /** N inputs and N outputs, no activation. */
    public static DenseShape square(int n, ParameterFormat format) {
        return of(n, n, format);
    }

    public boolean isSquare() {
        return inputs == outputs;
    }

    /** How the input channels are spread over the tiles. */
    public Partition inputPartition() {
        return Partition.of(inputs);
    }

    /** How the output channels are spread over the tiles, independent of the input. */
    public Partition outputPartition() {
        return Partition.of(outputs);
    }

    /** Rows of wide memory that the weights of one group take: four inputs a row. */
    public int weightRowsPerGroup() {
        return ceilDiv(inputs, INPUTS_PER_ROW);
    }

    /** Rows of wide memory a tile needs, header rows included. */
    public int rowsPerTile() {
        return outputPartition().groupsPerTile() * (format.headerRows() + weightRowsPerGroup());
    }

    /** Bytes of a row as the payload stores it: 4 a lane, in units of 64 bytes. 256 from 64 outputs on. */
    public int rowBytes() {
        return GROUP * ceilDiv(INPUTS_PER_ROW * Math.min(GROUP, outputs), GROUP);
    }

    /** Bytes of the payload that one tile gets; the last tile gets as many as the others. */
    public int payloadBytesPerTile() {
        return rowsPerTile() * rowBytes();
    }

    /**
     * Bytes of the whole payload, weights, header rows and padding.
     *
     * @throws BadInputException there is no program for this shape
     */
    public int payloadBytes() {
        ShapeStatus.of(this).require();
        return outputPartition().tiles() * payloadBytesPerTile();
    }

    static int ceilDiv(int a, int b) {
        return (a + b - 1) / b;
    }

    /** Such as {@code Dense 1024 -> 521, PER_TENSOR_BIAS, RELU}. */
    @Override
    public String toString() {
        return "Dense " + inputs + " -> " + outputs + ", " + format
                + (activation == Activation.NONE ? "" : ", " + activation);
    }
}
