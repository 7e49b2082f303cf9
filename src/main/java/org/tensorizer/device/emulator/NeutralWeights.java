package org.tensorizer.device.emulator;

import org.tensorizer.isa.Chip;

/** Weights that are their zero point: what they meet does not matter. */
final class NeutralWeights {
    private NeutralWeights() {}

    /** Lanes whose constant weight of a step and input is the zero point. */
    static long lanes(BoundProgram bound, Operation operation, int index, int step, int input) {
        TensorOp op = operation.op();
        RowBytes row = operation.row(index, step);
        byte[] bytes = bound.constants(row);
        RowBytes zeros = operation.parameters(index, op.shape().group(step)).zeroPoints();
        int size = op.weightBytes();
        int offset = operation.quarter(step) + input * size;
        long lanes = 0;
        for (int lane = 0; lane < Chip.LANES; lane++) {
            int at = Chip.WORD_BYTES * lane + offset;
            if (at + size > row.length()) {
                break;
            }
            int weight = bytes[row.offset() + at] & 0xff;
            if (size == 2) {
                weight |= (bytes[row.offset() + at + 1] & 0xff) << 8;
            }
            if (weight == zeroPoint(bound, op, zeros, lane)) {
                lanes |= 1L << lane;
            }
        }
        return lanes;
    }

    private static int zeroPoint(BoundProgram bound, TensorOp op, RowBytes zeros, int lane) {
        if (zeros == null) {
            return op.weightZeroPoint();
        }
        int at = Chip.WORD_BYTES * lane;
        return zeros.isConstant() && at + 4 <= zeros.length()
                ? Words.get(bound.constants(zeros), zeros.offset() + at)
                : -1;
    }
}
