package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.tensorizer.isa.Chip;

/**
 * The weights of a block as a chip reads them from its rows: {@code (weight - zero point)} by lane and input. On a wrong
 * chip other bytes of the rows, or other numbers for the same bytes.
 */
final class WeightRows {
    private final Operation operation;
    private final ChipParameters chip;
    private final TensorOp op;

    WeightRows(Operation operation, ChipParameters chip) {
        this.operation = operation;
        this.chip = chip;
        op = operation.op();
    }

    /** Whether the rows of a block, zero points included, are the same in every inference. */
    boolean areConstant(ResultBlock block, int index) {
        RowBytes zeros = operation.parameters(index, block.group).zeroPoints();
        boolean constant = zeros == null || zeros.isConstant();
        for (int step : block.steps) {
            constant &= operation.row(index, step).isConstant();
        }
        return constant;
    }

    /** Whether zero points are bytes, as weights and activations are: else products leave what floats hold exactly. */
    boolean haveByteZeroPoints(ResultBlock block, int index, Memory memory) {
        RowBytes row = operation.parameters(index, block.group).zeroPoints();
        if (row != null && !row.isConstant() || op.inputZeroPoint() > 0xff || op.weightZeroPoint() > 0xff) {
            return false;
        }
        for (int zero : zeroPoints(block, index, memory)) {
            if (zero < 0 || zero > 0xff) {
                return false;
            }
        }
        return true;
    }

    /** Whether the chip reads the words of a block as they stand in its rows, and somebody wrote them all. */
    boolean areAsStored(ResultBlock block, int index) {
        boolean whole = chip.readsRowsInOrder() && chip.code() == ChipParameters.WeightCode.OFFSET_128;
        for (int j = 0; j < block.steps.length && whole; j++) {
            int end = operation.quarter(block.steps[j]) + Chip.WORD_BYTES * block.lanes;
            whole = end <= operation.row(index, block.steps[j]).length();
        }
        return whole;
    }

    /** Whether two tiles have the same weights in a block. */
    boolean areSame(ResultBlock block, int index, int other) {
        for (int step : block.steps) {
            if (!operation.row(index, step).isSame(operation.row(other, step))
                    || !operation.row(index, step).isConstant()) {
                return false;
            }
        }
        RowBytes zeros = operation.parameters(index, block.group).zeroPoints();
        return zeros == null
                || zeros.isSame(operation.parameters(other, block.group).zeroPoints());
    }

    /**
     * Stored weights: input k of step j of a lane at {@code (lane * steps + j) * inputs + k}. Of bytes that nobody wrote
     * the zero point.
     *
     * @param memory finds the memory that a row stands in
     */
    int[] stored(ResultBlock block, int index, Memory memory, int[] zeroPoints) {
        int inputs = op.inputs();
        int size = op.weightBytes();
        int steps = block.steps.length;
        int[] weights = new int[block.lanes * steps * inputs];
        Map<RowBytes, byte[]> reordered = reordered(block, index, memory);
        for (int j = 0; j < steps; j++) {
            RowBytes row = operation.row(index, block.steps[j]);
            byte[] other = reordered == null ? null : reordered.get(row);
            byte[] bytes = other == null ? memory.of(row) : other;
            int offset = (other == null ? row.offset() : 0) + operation.quarter(block.steps[j]);
            int end = (other == null ? row.offset() : 0) + row.length();
            for (int lane = 0; lane < block.lanes; lane++) {
                for (int k = 0; k < inputs; k++) {
                    int at = offset + Chip.WORD_BYTES * lane + k * size;
                    int to = (lane * steps + j) * inputs + k;
                    if (at + size > end) {
                        weights[to] = zeroPoints[lane];
                    } else if (size == 1) {
                        weights[to] = row.isConstant() ? chip.code().unsigned(bytes[at] & 0xff) : bytes[at] & 0xff;
                    } else {
                        weights[to] = bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8;
                    }
                }
            }
        }
        return weights;
    }

    /** Finds the memory that a row stands in. */
    @FunctionalInterface
    interface Memory {
        byte[] of(RowBytes row);
    }

    /** On a chip that reads rows in another order: the parameter rows of a block as the real chip would have them. */
    private Map<RowBytes, byte[]> reordered(ResultBlock block, int index, Memory memory) {
        boolean parameters = op.weightBytes() == 1
                && op.inputs() == Chip.WORD_BYTES
                && operation.row(index, block.steps[0]).isConstant();
        if (chip.readsRowsInOrder() || !parameters) {
            return null;
        }
        int width = operation.row(index, block.steps[0]).length();
        int rows = block.steps.length;
        int lanes = Math.min(block.lanes, width / Chip.WORD_BYTES);
        int[] positions = positions(chip, lanes, rows * Chip.WORD_BYTES);
        Map<RowBytes, byte[]> found = new HashMap<>();
        int span = lanes * Chip.WORD_BYTES;
        for (int j = 0; j < rows; j++) {
            byte[] bytes = new byte[width];
            for (int at = 0; at < span; at++) {
                int position = positions[j * span + at];
                RowBytes from = operation.row(index, block.steps[position / span]);
                bytes[at] = memory.of(from)[from.offset() + position % span];
            }
            found.put(operation.row(index, block.steps[j]), bytes);
        }
        return found;
    }

    /** Zero points of the lanes of a block. */
    int[] zeroPoints(ResultBlock block, int index, Memory memory) {
        RowBytes row = operation.parameters(index, block.group).zeroPoints();
        int[] zeros = new int[block.lanes];
        for (int lane = 0; lane < zeros.length; lane++) {
            zeros[lane] = row == null
                    ? op.weightZeroPoint()
                    : Words.get(memory.of(row), row.offset() + Chip.WORD_BYTES * lane);
        }
        return zeros;
    }

    /**
     * Where a chip that does not read rows in order finds the weights of one group of outputs: the byte position of each, rows
     * counted as {@code 4 * lanes} bytes each, indexed by the position the weight has on the real chip:
     * {@code (input / 4 * lanes + lane) * 4 + input % 4}.
     *
     * @param lanes lanes of the group, 1 to 64
     * @param inputs inputs of the group, a multiple of 4
     */
    static int[] positions(ChipParameters chip, int lanes, int inputs) {
        int[] positions = new int[lanes * inputs];
        int tileLanes = Math.min(chip.lanes(), lanes);
        int tileInputs = Math.min(chip.inputs(), inputs);
        int[][] orders = new int[4][];
        int at = 0;
        for (int lane0 = 0; lane0 < lanes; lane0 += tileLanes) {
            int height = Math.min(tileLanes, lanes - lane0);
            for (int input0 = 0; input0 < inputs; input0 += tileInputs) {
                int width = Math.min(tileInputs, inputs - input0);
                int shape = (height == tileLanes ? 0 : 1) + (width == tileInputs ? 0 : 2);
                if (orders[shape] == null) {
                    orders[shape] = order(chip, height * width);
                }
                for (int lane = 0; lane < height; lane++) {
                    int reader = chip.reversedLanes() ? lanes - 1 - lane0 - lane : lane0 + lane;
                    for (int i = 0; i < width; i++) {
                        int inTile = chip.laneFastest() ? i * height + lane : lane * width + i;
                        int input = input0 + i;
                        positions[(input / 4 * lanes + reader) * 4 + input % 4] = at + orders[shape][inTile];
                    }
                }
                at += height * width;
            }
        }
        return positions;
    }

    private static int[] order(ChipParameters chip, int bytes) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, bytes).boxed().toList());
        chip.permutation().ifPresent(seed -> Collections.shuffle(order, new Random(seed)));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }
}
