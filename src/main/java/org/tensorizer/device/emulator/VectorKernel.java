package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.List;
import org.tensorizer.isa.Chip;

/**
 * Operations of few positions and many inputs, as FULLY_CONNECTED is: products of a matrix and a vector, exact in int32. An
 * inference reads each weight once, so weights stay as small as they are in wide memory, four inputs of a lane in an int.
 * Lanes of all tiles and channel groups stand side by side: those that read the same activations are summed in one loop,
 * which the JIT compiler vectorizes.
 */
final class VectorKernel extends OpKernel {
    /**
     * Most positions that share weights, a choice between a run and what comes before it: each tile has a copy of the weights
     * here. With one position on each of 16 tiles, 512 to 512 channels, a run takes half of {@link MatrixKernel}'s time (0.55
     * against 1.1 ms), but with 1024 channels opening and the first run take twice as long (24 against 13 ms).
     */
    private static final int MOST_COLUMNS = 12;

    /** Fewest steps of a result. */
    private static final int LEAST_STEPS = 16;

    /**
     * A block on a tile.
     *
     * @param first its first lane in the rows of weights
     */
    private record Part(ResultBlock block, int tile, int first, int[] zeroPoints, LaneParameters parameters) {
        int end() {
            return first + block.lanes;
        }

        /** Whether two results read the same activations. */
        boolean reads(int p, Part other, byte[][] narrow) {
            int[] addresses = block.activations;
            int bytes = Chip.WORD_BYTES * block.steps.length;
            int at = addresses[p];
            int there = other.block.activations[p];
            if (block.readsOneRun && other.block.readsOneRun) {
                return Arrays.equals(narrow[tile], at, at + bytes, narrow[other.tile], there, there + bytes);
            }
            for (int k = p; k < addresses.length; k += block.count) {
                if (Words.get(narrow[tile], addresses[k])
                        != Words.get(narrow[other.tile], other.block.activations[k])) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * Parts of as many positions and steps.
     *
     * @param weights by step and lane: the stored weights of four inputs, that of the first in the lowest byte
     */
    private record Rows(List<Part> parts, int[][] weights) {}

    private final List<Rows> matrices = new ArrayList<>();
    private final Requantizer requantizer;
    private final boolean fast;

    private VectorKernel(Operation operation, BoundProgram program, List<ResultBlock> blocks) {
        super(operation);
        requantizer = new Requantizer(op, program.chip());
        fast = requantizer.isFast();
        int from = 0;
        for (int to = 1; to <= blocks.size(); to++) {
            if (to == blocks.size()
                    || blocks.get(to).count != blocks.get(from).count
                    || blocks.get(to).steps.length != blocks.get(from).steps.length) {
                matrices.add(rows(blocks.subList(from, to), program));
                from = to;
            }
        }
    }

    /** Null if another kernel does it better or has to. */
    static VectorKernel of(Operation operation, BoundProgram program, List<ResultBlock> blocks) {
        TensorOp op = operation.op();
        boolean usual = op.inputs() == Chip.WORD_BYTES
                && op.sumsInside()
                && op.resultBytes() == 1
                && !op.throughTable()
                && program.marks().lanes().get(operation) == null
                && !mayReadResults(operation, blocks);
        WeightRows rows = new WeightRows(operation, program.chip());
        for (ResultBlock block : blocks) {
            boolean shared = operation.width() > 1 && rows.areSame(block, 0, 1);
            usual &= block.count * (shared ? operation.width() : 1) <= MOST_COLUMNS
                    && block.steps.length >= LEAST_STEPS
                    && block.steps.length <= Chip.WIDE_ROWS
                    && operation.quarter(block.steps[0]) == 0;
            for (int index = 0; index < operation.width() && usual; index++) {
                usual = rows.areConstant(block, index)
                        && rows.haveByteZeroPoints(block, index, program::constants)
                        && operation.parameters(index, block.group).isConstant();
            }
        }
        return usual ? new VectorKernel(operation, program, blocks) : null;
    }

    /** Whether a result might be written where a later one reads: the order of lanes would matter. */
    private static boolean mayReadResults(Operation operation, List<ResultBlock> blocks) {
        IntSummaryStatistics outputs = Arrays.stream(operation.outputs()).summaryStatistics();
        return blocks.stream()
                .flatMapToInt(block -> Arrays.stream(block.activations))
                .anyMatch(at -> at + Chip.WORD_BYTES > outputs.getMin() && at < outputs.getMax() + Chip.WORD_BYTES);
    }

    private Rows rows(List<ResultBlock> blocks, BoundProgram program) {
        WeightRows rows = new WeightRows(operation, program.chip());
        int steps = blocks.get(0).steps.length;
        int[][] weights = new int[steps][blocks.stream().mapToInt(b -> b.lanes).sum() * operation.width()];
        List<Part> parts = new ArrayList<>();
        int first = 0;
        for (int index = 0; index < operation.width(); index++) {
            for (ResultBlock block : blocks) {
                int[] zeros = rows.zeroPoints(block, index, program::constants);
                if (rows.areAsStored(block, index)) {
                    copy(block, index, program, weights, first);
                } else {
                    pack(rows.stored(block, index, program::constants, zeros), weights, first);
                }
                LaneParameters parameters =
                        LaneParameters.of(operation.parameters(index, block.group), block.lanes, program::constants);
                Part part = new Part(block, operation.tile(index), first, zeros, parameters);
                parts.add(part);
                first = part.end();
            }
        }
        return new Rows(parts, weights);
    }

    private void copy(ResultBlock block, int index, BoundProgram program, int[][] weights, int first) {
        for (int step = 0; step < weights.length; step++) {
            RowBytes row = operation.row(index, block.steps[step]);
            byte[] bytes = program.constants(row);
            int at = row.offset() + operation.quarter(block.steps[step]);
            for (int lane = 0; lane < block.lanes; lane++) {
                weights[step][first + lane] = Words.get(bytes, at + Chip.WORD_BYTES * lane);
            }
        }
    }

    private static void pack(int[] stored, int[][] weights, int first) {
        for (int from = 0; from < stored.length; from += Chip.WORD_BYTES) {
            int word = stored[from] | stored[from + 1] << 8 | stored[from + 2] << 16 | stored[from + 3] << 24;
            int at = from / Chip.WORD_BYTES;
            weights[at % weights.length][first + at / weights.length] = word;
        }
    }

    @Override
    void run(Inference inference) {
        for (Rows rows : matrices) {
            List<Part> parts = rows.parts();
            for (int p = 0; p < parts.get(0).block().count; p++) {
                for (int from = 0, to; from < parts.size(); from = to) {
                    to = from + 1;
                    while (to < parts.size() && parts.get(from).reads(p, parts.get(to), inference.narrow)) {
                        to++;
                    }
                    run(inference, rows, parts.subList(from, to), p);
                }
            }
        }
    }

    /** Computes the results at a position that read the same activations. */
    private void run(Inference inference, Rows rows, List<Part> parts, int p) {
        Part first = parts.get(0);
        int end = parts.get(parts.size() - 1).end();
        byte[] narrow = inference.narrow[first.tile()];
        int[] addresses = first.block().activations;
        int[] sums = inference.scratch.sums(rows.weights()[0].length);
        Arrays.fill(sums, first.first(), end, 0);
        int zero = op.inputZeroPoint();
        long total = 0;
        for (int step = 0; step < rows.weights().length; step++) {
            int word = Words.get(narrow, addresses[step * first.block().count + p]);
            int x0 = (word & 0xff) - zero;
            int x1 = (word >>> 8 & 0xff) - zero;
            int x2 = (word >>> 16 & 0xff) - zero;
            int x3 = (word >>> 24) - zero;
            total += x0 + x1 + x2 + x3;
            add(sums, rows.weights()[step], first.first(), end, x0, x1, x2, x3);
        }
        for (Part part : parts) {
            int[] outputs = operation.outputs();
            int word = shape.firstWord(part.block().first + p);
            for (int lane = 0; lane < part.block().lanes; lane += Chip.WORD_BYTES) {
                Words.put(inference.narrow[part.tile()], outputs[word++], stored(part, sums, total, lane));
            }
        }
    }

    /** The JIT compiler vectorizes this form, not one with the weight in a variable: that took five times as long (OpenJDK 17). */
    private static void add(int[] sums, int[] weights, int from, int to, int x0, int x1, int x2, int x3) {
        for (int i = from; i < to; i++) {
            sums[i] += (weights[i] & 0xff) * x0
                    + (weights[i] >>> 8 & 0xff) * x1
                    + (weights[i] >>> 16 & 0xff) * x2
                    + (weights[i] >>> 24) * x3;
        }
    }

    /** Stored values of up to four lanes. */
    private int stored(Part part, int[] sums, long total, int first) {
        int word = 0;
        int[] bias = part.parameters().bias();
        float[] scale = part.parameters().scale();
        for (int lane = first; lane < Math.min(first + Chip.WORD_BYTES, part.block().lanes); lane++) {
            long sum = sums[part.first() + lane] - part.zeroPoints()[lane] * total;
            int stored = fast && sum == (int) sum
                    ? requantizer.fast(sum + bias[lane], scale[lane])
                    : requantizer.stored(sum, bias[lane], scale[lane], null);
            word |= stored << 8 * (lane - first);
        }
        return word;
    }
}
