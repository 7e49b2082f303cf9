package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Parameters of a group of outputs, decoded for one chip.
 *
 * <p>{@link #weights} stands in the order of the rows: {@code (step * 64 + lane) * 4 + input}, each the stored weight
 * minus 128; lanes that do not compute are 0.
 */
final class WeightBlock {
    /** Middle of a stored byte, the zero point of symmetric weights: subtracting it keeps products small. */
    private static final int MIDDLE = 128;

    final OutputGroup group;
    final short[] weights;
    final float[] scales;
    final int[] biases;

    /** 128 minus the zero point of each lane. */
    final long[] corrections;

    private WeightBlock(OutputGroup group, int steps) {
        this.group = group;
        weights = new short[steps * ChipParameters.ROW_BYTES];
        scales = new float[group.op().lanes()];
        biases = new int[scales.length];
        corrections = new long[scales.length];
    }

    /** @param payload little-endian, offsets from 0 */
    static WeightBlock decode(LinkedProgram.Block linked, ByteBuffer payload, ChipParameters chip) {
        WeightBlock block = new WeightBlock(linked.group(), linked.weights().length);
        block.header(linked, payload);
        if (chip.readsRowsInOrder()) {
            block.weightsInOrder(linked.weights(), payload, chip);
        } else {
            block.weightsReordered(linked.weights(), payload, chip);
        }
        return block;
    }

    private void header(LinkedProgram.Block linked, ByteBuffer payload) {
        Arrays.fill(scales, group.op().requantization().multiplier());
        Arrays.fill(corrections, MIDDLE - group.op().requantization().weightZeroPoint());
        for (int lane = 0; lane < scales.length; lane++) {
            int at = lane * ChipParameters.WORD;
            if (linked.scale() >= 0) {
                scales[lane] = payload.getFloat(linked.scale() + at);
                corrections[lane] = MIDDLE - Integer.toUnsignedLong(payload.getInt(linked.zeroPoint() + at));
            }
            if (linked.bias() >= 0) {
                biases[lane] = payload.getInt(linked.bias() + at);
            }
        }
    }

    private void weightsInOrder(int[] rows, ByteBuffer payload, ChipParameters chip) {
        int rowBytes = scales.length * ChipParameters.WORD;
        byte[] row = new byte[rowBytes];
        short[] decoded = decoded(chip);
        for (int step = 0; step < rows.length; step++) {
            payload.get(rows[step], row);
            int to = step * ChipParameters.ROW_BYTES;
            if (chip.code() == WeightCode.OFFSET_128) {
                copy(row, weights, to);
            } else {
                for (int i = 0; i < rowBytes; i++) {
                    weights[to + i] = decoded[row[i] & 0xff];
                }
            }
        }
    }

    /** The table's most common case without the table: loading weights should cost what reading them costs. */
    private static void copy(byte[] stored, short[] weights, int at) {
        for (int i = 0; i < stored.length; i++) {
            weights[at + i] = (byte) (stored[i] ^ MIDDLE);
        }
    }

    private void weightsReordered(int[] rows, ByteBuffer payload, ChipParameters chip) {
        int lanes = scales.length;
        int rowBytes = lanes * ChipParameters.WORD;
        int[] positions = RowReading.positions(chip, lanes, rows.length * ChipParameters.WORD);
        short[] decoded = decoded(chip);
        for (int step = 0; step < rows.length; step++) {
            for (int i = 0; i < rowBytes; i++) {
                int position = positions[step * rowBytes + i];
                int stored = payload.get(rows[position / rowBytes] + position % rowBytes) & 0xff;
                weights[step * ChipParameters.ROW_BYTES + i] = decoded[stored];
            }
        }
    }

    private static short[] decoded(ChipParameters chip) {
        short[] decoded = new short[256];
        for (int stored = 0; stored < decoded.length; stored++) {
            decoded[stored] = (short) (chip.code().unsigned(stored) - MIDDLE);
        }
        return decoded;
    }
}
