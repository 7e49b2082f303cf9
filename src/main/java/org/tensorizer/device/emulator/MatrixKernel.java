package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.isa.Chip;

/**
 * Operations that are products of matrices: for each lane and each word of inputs one pass over all positions, of all
 * tiles that have the same weights. The inner loops are vectorized by the JIT compiler, which needs them short, over
 * whole arrays, with one array written.
 *
 * <p>Sums are exact: floats hold integers up to 2^24, which 256 products of two bytes do not leave, then they are added to
 * ints. Products of 16 bits are left to {@link StepKernel}.
 */
final class MatrixKernel extends OpKernel {
    /** Floats of activations that are worked on at a time. */
    private static final int CHUNK = 1 << 18;

    /** Sums of so many products of bytes stay in int32. */
    private static final int MOST_INPUTS = 33_000;

    /** Tiles that share the weights of a block; what is null depends on the inference. */
    private record Part(ResultBlock block, int[] tiles, float[] weights, LaneParameters parameters) {}

    private final List<Part> parts = new ArrayList<>();
    private final WeightRows rows;
    private final Requantizer requantizer;
    private final ChipParameters chip;
    private final long[][] defined;

    /** Whether another op goes on with sums of this one. */
    private final boolean keepsSums;

    private MatrixKernel(Operation operation, BoundProgram program, List<ResultBlock> blocks) {
        super(operation);
        chip = program.chip();
        rows = new WeightRows(operation, chip);
        requantizer = new Requantizer(op, chip);
        defined = program.marks().lanes().get(operation);
        keepsSums = !op.sumsInside() && hasSumsThatAreRead();
        for (ResultBlock block : blocks) {
            addParts(block, program);
        }
    }

    private boolean hasSumsThatAreRead() {
        boolean read = false;
        for (int index = 0; index < operation.width(); index++) {
            for (int result = 0; result < shape.results(); result++) {
                RowBytes row = operation.sumsAfter(index, result);
                read |= row != null && row.isRead();
            }
        }
        return read;
    }

    /** Null if the operation is none, or one whose sums might not be exact. */
    static MatrixKernel of(Operation operation, BoundProgram program, List<ResultBlock> blocks) {
        TensorOp op = operation.op();
        boolean bytes = op.weightBytes() == 1 && op.activationBytes() == 1;
        WeightRows rows = new WeightRows(operation, program.chip());
        for (ResultBlock block : blocks) {
            if (!bytes || block.steps.length * op.inputs() > MOST_INPUTS) {
                return null;
            }
            for (int index = 0; index < operation.width(); index++) {
                if (!rows.haveByteZeroPoints(block, index, program::constants)) {
                    return null;
                }
            }
            for (int step : block.steps) {
                if (operation.quarter(step) + op.inputs() > Chip.WORD_BYTES) {
                    return null;
                }
            }
        }
        return new MatrixKernel(operation, program, blocks);
    }

    private void addParts(ResultBlock block, BoundProgram program) {
        boolean[] taken = new boolean[operation.width()];
        for (int index = 0; index < taken.length; index++) {
            if (taken[index]) {
                continue;
            }
            List<Integer> tiles = new ArrayList<>(List.of(index));
            for (int other = index + 1; other < taken.length; other++) {
                if (!taken[other]
                        && rows.areSame(block, index, other)
                        && sameParameters(
                                operation.parameters(index, block.group), operation.parameters(other, block.group))) {
                    taken[other] = true;
                    tiles.add(other);
                }
            }
            boolean constant = rows.areConstant(block, index);
            float[] weights = constant ? weights(block, index, program::constants) : null;
            parts.add(new Part(
                    block,
                    tiles.stream().mapToInt(Integer::intValue).toArray(),
                    weights,
                    operation.parameters(index, block.group).isConstant()
                            ? LaneParameters.of(
                                    operation.parameters(index, block.group), block.lanes, program::constants)
                            : null));
        }
    }

    private static boolean sameParameters(Operation.GroupParameters a, Operation.GroupParameters b) {
        return same(a.bias(), b.bias()) && same(a.scale(), b.scale());
    }

    private static boolean same(RowBytes a, RowBytes b) {
        return a == null ? b == null : b != null && a.isSame(b) && a.isConstant();
    }

    private float[] weights(ResultBlock block, int index, WeightRows.Memory memory) {
        int[] zeros = rows.zeroPoints(block, index, memory);
        int[] stored = rows.stored(block, index, memory, zeros);
        float[] weights = new float[stored.length];
        int inputs = stored.length / block.lanes;
        for (int at = 0; at < weights.length; at++) {
            weights[at] = stored[at] - zeros[at / inputs];
        }
        return weights;
    }

    @Override
    void run(Inference inference) {
        for (Part part : parts) {
            float[] weights =
                    part.weights() != null ? part.weights() : weights(part.block(), part.tiles()[0], inference::bytes);
            LaneParameters parameters = part.parameters() != null
                    ? part.parameters()
                    : LaneParameters.of(
                            operation.parameters(part.tiles()[0], part.block().group),
                            part.block().lanes,
                            inference::bytes);
            int columns = part.block().count * part.tiles().length;
            int inputs = part.block().steps.length * op.inputs();
            int width = Math.max(Chip.LANES, CHUNK / inputs / Chip.LANES * Chip.LANES);
            for (int from = 0; from < columns; from += width) {
                multiply(inference, part, weights, parameters, from, Math.min(width, columns - from));
            }
        }
    }

    private void multiply(
            Inference inference, Part part, float[] weights, LaneParameters parameters, int from, int width) {
        Inference.Scratch scratch = inference.scratch;
        int inputs = part.block().steps.length * op.inputs();
        float[][] x = scratch.activations(inputs + 3, width);
        gather(inference, part, x, from, width);
        int perWord = Chip.WORD_BYTES / op.resultBytes();
        int[] words = scratch.words(width);
        for (int lane = 0; lane < part.block().lanes; lane++) {
            if (lane % perWord == 0) {
                Arrays.fill(words, 0, width, 0);
            }
            int[] sums = LaneSums.of(scratch, x, weights, lane * inputs, inputs, width);
            store(inference, part, sums, words, lane, parameters, from, width);
            if (lane % perWord == perWord - 1 || lane == part.block().lanes - 1) {
                scatter(inference, part, words, lane / perWord, from, width);
            }
        }
    }

    /** Activations minus their zero point: one row an input, one column a position. */
    private void gather(Inference inference, Part part, float[][] x, int from, int width) {
        ResultBlock block = part.block();
        int[] addresses = block.activations;
        int zero = op.inputZeroPoint();
        int column = 0;
        while (column < width) {
            int p = (from + column) % block.count;
            int run = Math.min(width - column, block.count - p);
            byte[] narrow = inference.narrow[operation.tile(part.tiles()[(from + column) / block.count])];
            for (int j = 0; j < block.steps.length; j++) {
                if (op.inputs() == Chip.WORD_BYTES) {
                    gatherWords(narrow, addresses, j * block.count + p, run, column, zero, x, 4 * j);
                } else {
                    for (int k = 0; k < run; k++) {
                        x[j][column + k] = (narrow[addresses[j * block.count + p + k]] & 0xff) - zero;
                    }
                }
            }
            column += run;
        }
    }

    private static void gatherWords(
            byte[] narrow, int[] addresses, int at, int run, int column, int zero, float[][] x, int row) {
        float[] x0 = x[row];
        float[] x1 = x[row + 1];
        float[] x2 = x[row + 2];
        float[] x3 = x[row + 3];
        for (int k = 0; k < run; k++) {
            int word = Words.get(narrow, addresses[at + k]);
            x0[column + k] = (word & 0xff) - zero;
            x1[column + k] = (word >>> 8 & 0xff) - zero;
            x2[column + k] = (word >>> 16 & 0xff) - zero;
            x3[column + k] = (word >>> 24) - zero;
        }
    }

    private void store(
            Inference inference,
            Part part,
            int[] sums,
            int[] words,
            int lane,
            LaneParameters parameters,
            int from,
            int width) {
        keepSums(inference, part, sums, lane, from, width);
        int shift = 8 * op.resultBytes() * (lane % (Chip.WORD_BYTES / op.resultBytes()));
        long added = (long) parameters.bias()[lane] + op.constant();
        boolean small = added == (int) added && Math.abs(added) < 1 << 30;
        if (small && requantizer.isFast()) {
            requantizer.store(sums, words, width, (int) added, parameters.scale()[lane], shift);
        } else {
            for (int column = 0; column < width; column++) {
                int index = part.tiles()[(from + column) / part.block().count];
                int result = part.block().first + (from + column) % part.block().count;
                if (defined != null && defined[index] != null && (defined[index][result] >> lane & 1) == 0) {
                    continue;
                }
                int stored = requantizer.stored(
                        sums[column],
                        parameters.bias()[lane],
                        parameters.scale()[lane],
                        inference.tables[operation.tile(index)]);
                words[column] |= stored << shift;
            }
        }
    }

    private void keepSums(Inference inference, Part part, int[] sums, int lane, int from, int width) {
        if (!keepsSums) {
            return;
        }
        for (int column = 0; column < width; column++) {
            int index = part.tiles()[(from + column) / part.block().count];
            int result = part.block().first + (from + column) % part.block().count;
            RowBytes row = operation.sumsAfter(index, result);
            if (row != null && row.isRead()) {
                boolean is = defined == null || defined[index] == null || (defined[index][result] >> lane & 1) != 0;
                Words.put(inference.arena, row.offset() + Chip.WORD_BYTES * lane, is ? sums[column] : 0);
            }
        }
    }

    /** Writes one word of each result. */
    private void scatter(Inference inference, Part part, int[] words, int word, int from, int width) {
        ResultBlock block = part.block();
        int[] outputs = operation.outputs();
        int column = 0;
        while (column < width) {
            int p = (from + column) % block.count;
            int run = Math.min(width - column, block.count - p);
            byte[] narrow = inference.narrow[operation.tile(part.tiles()[(from + column) / block.count])];
            for (int k = 0; k < run; k++) {
                Words.put(narrow, outputs[shape.firstWord(block.first + p + k) + word], words[column + k]);
            }
            column += run;
        }
    }
}
