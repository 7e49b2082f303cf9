package org.tensorizer.layout;

import org.tensorizer.dense.Quantization;

/**
 * What stands in front of the weights of a channel group, in this order: scales (float32), biases (int32), weight zero
 * points (uint32). Each is a row with one little-endian word a lane.
 *
 * @param scales a scale for each output channel
 * @param biases a bias for each output channel
 * @param zeroPoints a weight zero point for each output channel, which is 128 in every model seen
 */
public record Header(boolean scales, boolean biases, boolean zeroPoints) {
    /** Value of a zero point row. Measured on real compiled models. */
    public static final int ZERO_POINT = Quantization.WEIGHT_ZERO_POINT;

    /** Rows of a group that are no weights. */
    public int rows() {
        return (scales ? 1 : 0) + (biases ? 1 : 0) + (zeroPoints ? 1 : 0);
    }

    int biasRow() {
        return biases ? (scales ? 1 : 0) : -1;
    }

    int scaleRow() {
        return scales ? 0 : -1;
    }

    int zeroPointRow() {
        return zeroPoints ? rows() - 1 : -1;
    }

    /** What a byte of a header word is. */
    ByteRole role(int row, int output, int index) {
        if (row == scaleRow()) {
            return new ByteRole.Scale(output, index);
        }
        return row == biasRow() ? new ByteRole.Bias(output, index) : new ByteRole.ZeroPoint(output, index);
    }

    @Override
    public String toString() {
        return (scales || zeroPoints ? "per channel" : "per tensor")
                + (scales == zeroPoints ? "" : scales ? ", no zero points" : ", one scale for all")
                + (biases ? ", bias" : ", no bias");
    }
}
