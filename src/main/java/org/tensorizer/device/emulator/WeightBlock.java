package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Parameters of a group of outputs, decoded for one chip. */
final class WeightBlock {
    final OutputGroup group;

    /** {@link WeightChunk}s; lanes that do not compute and steps behind the last are 0. */
    final short[][] weights;

    final float[] scales;
    final int[] biases;

    /** 128 minus the zero point of each lane. */
    final long[] corrections;

    private WeightBlock(OutputGroup group, short[][] weights) {
        this.group = group;
        this.weights = weights;
        scales = new float[group.op().lanes()];
        biases = new int[scales.length];
        corrections = new long[scales.length];
    }

    /** @param payload little-endian, offsets from 0 */
    static WeightBlock decode(LinkedProgram.Block linked, ByteBuffer payload, ChipParameters chip) {
        WeightRows rows = new WeightRows(linked, payload, chip);
        WeightBlock block = new WeightBlock(linked.group(), rows.decode());
        block.header(linked, payload);
        return block;
    }

    private void header(LinkedProgram.Block linked, ByteBuffer payload) {
        Arrays.fill(scales, group.op().requantization().multiplier());
        Arrays.fill(
                corrections, WeightChunk.MIDDLE - group.op().requantization().weightZeroPoint());
        for (int lane = 0; lane < scales.length; lane++) {
            int at = lane * ChipParameters.WORD;
            if (linked.scale() >= 0) {
                scales[lane] = payload.getFloat(linked.scale() + at);
                corrections[lane] =
                        WeightChunk.MIDDLE - Integer.toUnsignedLong(payload.getInt(linked.zeroPoint() + at));
            }
            if (linked.bias() >= 0) {
                biases[lane] = payload.getInt(linked.bias() + at);
            }
        }
    }
}
