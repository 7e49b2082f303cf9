package org.tensorizer.layout;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.isa.Chip;
import org.tensorizer.layout.DenseLayout.WeightBlock;

/**
 * Moves weights between a row-major array of int8 and a payload, which stores them as
 * {@link org.tensorizer.dense.Quantization#WEIGHT_ZERO_POINT} says. The four weights of an output channel that stand
 * together in both are one int, so it is a transposition of ints with the top bit of each byte flipped. Strips of four
 * output channels, two payload rows at a time, keep four sequential streams on one side and whole 16 byte pieces on the
 * other; the long payload rows of 256 bytes have a loop of their own, because the compiler can only drop the bounds checks
 * of constant steps.
 */
final class WeightCopy {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int FLIP = 0x80808080;
    private static final long FLIP_TWO = 0x8080808080808080L;
    private static final long LOW = 0xFFFFFFFFL;

    /** Bytes of a payload row in layers of more than 48 outputs. */
    private static final int FULL_ROW = Chip.ROW_BYTES;

    /** Output channels of a strip. */
    private static final int STRIP = 4;

    private final byte[] weights;
    private final int stride;
    private final byte[] payload;
    private final int rowBytes;

    WeightCopy(byte[] weights, int stride, byte[] payload, int rowBytes) {
        this.weights = weights;
        this.stride = stride;
        this.payload = payload;
        this.rowBytes = rowBytes;
    }

    /**
     * Moves a block.
     *
     * @param from index of its first weight in the row-major array
     * @param at index of the payload's first byte
     * @param pack to the payload, or else from it
     */
    void copy(DenseLayout layout, WeightBlock block, int from, int at, boolean pack) {
        int end = block.out() + block.outs();
        for (int out = block.out(); out < end; ) {
            int outs = Math.min(end, (out / DenseShape.GROUP + 1) * DenseShape.GROUP) - out;
            int weight = from + (out - block.out()) * stride;
            int lane = at + layout.offset(out, block.in() & -DenseShape.INPUTS_PER_ROW);
            lanes(weight, lane, outs, block.in() % DenseShape.INPUTS_PER_ROW, block.ins(), pack);
            out += outs;
        }
    }

    /** Output channels of one group; {@code lane} is the payload index of the row that holds the first input. */
    private void lanes(int weight, int lane, int outs, int firstInRow, int ins, boolean pack) {
        int head = firstInRow == 0 ? 0 : Math.min(ins, DenseShape.INPUTS_PER_ROW - firstInRow);
        int rows = (ins - head) / DenseShape.INPUTS_PER_ROW;
        int tail = ins - head - rows * DenseShape.INPUTS_PER_ROW;
        single(weight, lane + firstInRow, outs, head, pack);
        int row = head == 0 ? lane : lane + rowBytes;
        whole(weight + head, row, outs, rows * DenseShape.INPUTS_PER_ROW, pack);
        single(weight + ins - tail, row + rows * rowBytes, outs, tail, pack);
    }

    private void single(int weight, int lane, int outs, int ins, boolean pack) {
        for (int out = 0; out < outs; out++) {
            for (int in = 0; in < ins; in++) {
                int w = weight + out * stride + in;
                int p = lane + out * Chip.WORD_BYTES + in;
                if (pack) {
                    payload[p] = (byte) (weights[w] ^ FLIP);
                } else {
                    weights[w] = (byte) (payload[p] ^ FLIP);
                }
            }
        }
    }

    private void whole(int weight, int row, int outs, int ins, boolean pack) {
        int out = 0;
        if (rowBytes == FULL_ROW) {
            for (; out <= outs - STRIP; out += STRIP) {
                int w = weight + out * stride;
                int p = row + out * Chip.WORD_BYTES;
                if (pack) {
                    packStrip(weights, w, stride, payload, p, ins);
                } else {
                    unpackStrip(payload, p, weights, w, stride, ins);
                }
            }
        }
        for (; out < outs; out++) {
            int w = weight + out * stride;
            int p = row + out * Chip.WORD_BYTES;
            if (pack) {
                packLane(w, p, ins);
            } else {
                unpackLane(p, w, ins);
            }
        }
    }

    private static void packStrip(byte[] weights, int w, int stride, byte[] payload, int p, int ins) {
        int w1 = w + stride;
        int w2 = w + 2 * stride;
        int w3 = w + 3 * stride;
        int p2 = p + 2 * Chip.WORD_BYTES;
        int in = 0;
        for (; in <= ins - 2 * DenseShape.INPUTS_PER_ROW; in += 2 * DenseShape.INPUTS_PER_ROW) {
            int row = p + in * (FULL_ROW / DenseShape.INPUTS_PER_ROW);
            long a = (long) LONG.get(weights, w + in) ^ FLIP_TWO;
            long b = (long) LONG.get(weights, w1 + in) ^ FLIP_TWO;
            long c = (long) LONG.get(weights, w2 + in) ^ FLIP_TWO;
            long d = (long) LONG.get(weights, w3 + in) ^ FLIP_TWO;
            LONG.set(payload, row, (a & LOW) | b << 32);
            LONG.set(payload, row + 8, (c & LOW) | d << 32);
            LONG.set(payload, row + FULL_ROW, a >>> 32 | (b & ~LOW));
            LONG.set(payload, row + FULL_ROW + 8, c >>> 32 | (d & ~LOW));
        }
        for (; in < ins; in += DenseShape.INPUTS_PER_ROW) {
            int row = in * (FULL_ROW / DenseShape.INPUTS_PER_ROW);
            long low = ((int) INT.get(weights, w + in) & LOW) | (long) (int) INT.get(weights, w1 + in) << 32;
            long high = ((int) INT.get(weights, w2 + in) & LOW) | (long) (int) INT.get(weights, w3 + in) << 32;
            LONG.set(payload, p + row, low ^ FLIP_TWO);
            LONG.set(payload, p2 + row, high ^ FLIP_TWO);
        }
    }

    private static void unpackStrip(byte[] payload, int p, byte[] weights, int w, int stride, int ins) {
        int w1 = w + stride;
        int w2 = w + 2 * stride;
        int w3 = w + 3 * stride;
        int p2 = p + 2 * Chip.WORD_BYTES;
        int in = 0;
        for (; in <= ins - 2 * DenseShape.INPUTS_PER_ROW; in += 2 * DenseShape.INPUTS_PER_ROW) {
            int row = p + in * (FULL_ROW / DenseShape.INPUTS_PER_ROW);
            long a = (long) LONG.get(payload, row) ^ FLIP_TWO;
            long b = (long) LONG.get(payload, row + 8) ^ FLIP_TWO;
            long c = (long) LONG.get(payload, row + FULL_ROW) ^ FLIP_TWO;
            long d = (long) LONG.get(payload, row + FULL_ROW + 8) ^ FLIP_TWO;
            LONG.set(weights, w + in, (a & LOW) | c << 32);
            LONG.set(weights, w1 + in, a >>> 32 | (c & ~LOW));
            LONG.set(weights, w2 + in, (b & LOW) | d << 32);
            LONG.set(weights, w3 + in, b >>> 32 | (d & ~LOW));
        }
        for (; in < ins; in += DenseShape.INPUTS_PER_ROW) {
            int row = in * (FULL_ROW / DenseShape.INPUTS_PER_ROW);
            long low = (long) LONG.get(payload, p + row) ^ FLIP_TWO;
            long high = (long) LONG.get(payload, p2 + row) ^ FLIP_TWO;
            INT.set(weights, w + in, (int) low);
            INT.set(weights, w1 + in, (int) (low >>> 32));
            INT.set(weights, w2 + in, (int) high);
            INT.set(weights, w3 + in, (int) (high >>> 32));
        }
    }

    private void packLane(int w, int p, int ins) {
        for (int in = 0, row = p; in < ins; in += DenseShape.INPUTS_PER_ROW, row += rowBytes) {
            INT.set(payload, row, (int) INT.get(weights, w + in) ^ FLIP);
        }
    }

    private void unpackLane(int p, int w, int ins) {
        for (int in = 0, row = p; in < ins; in += DenseShape.INPUTS_PER_ROW, row += rowBytes) {
            INT.set(weights, w + in, (int) INT.get(payload, row) ^ FLIP);
        }
    }
}
