package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Opcode;

/**
 * Results of an operation that all add up the same weights: a product of matrices. The results of a channel group of a
 * convolution are one block, its positions.
 */
final class ResultBlock {
    /** The channel group. */
    final int group;

    /** Lanes of each result. */
    final int lanes;

    /** The first result; the others follow. */
    final int first;

    /** Number of results. */
    final int count;

    /** The steps of the first result, in order. */
    final int[] steps;

    /** Byte address of the activations of step j of result p at {@code j * count + p}. */
    final int[] activations;

    /** Whether each result reads words that follow each other. */
    final boolean readsOneRun;

    private ResultBlock(int group, int lanes, int first, int count, int[] steps, int[] activations) {
        this.group = group;
        this.lanes = lanes;
        this.first = first;
        this.count = count;
        this.steps = steps;
        this.activations = activations;
        boolean run = true;
        for (int k = count; k < activations.length; k++) {
            run &= activations[k] == activations[k - count] + Chip.WORD_BYTES;
        }
        readsOneRun = run;
    }

    /**
     * The blocks of an operation.
     *
     * @return null if it does not consist of blocks: it begins or ends within a result, goes on with sums, or reads what
     *     it writes
     */
    static List<ResultBlock> of(Operation operation) {
        TensorOp op = operation.op();
        OpShape shape = op.shape();
        if (op.opcode() != Opcode.MULTIPLY_ACCUMULATE || !op.isFresh()) {
            return null;
        }
        int from = shape.completed(operation.from());
        int to = shape.completed(operation.to());
        int[][] steps = stepsByResult(operation, from, to);
        if (steps == null) {
            return null;
        }
        List<ResultBlock> blocks = new ArrayList<>();
        int first = 0;
        while (first < steps.length) {
            int end = first + 1;
            while (end < steps.length && isAlike(operation, steps[first], steps[end])) {
                end++;
            }
            ResultBlock block = block(operation, from + first, Arrays.copyOfRange(steps, first, end));
            if (block.readsWhatItWrites(operation)) {
                return null;
            }
            blocks.add(block);
            first = end;
        }
        return blocks;
    }

    /** For each result its steps; null if steps before or after the operation belong to one. */
    private static int[][] stepsByResult(Operation operation, int from, int to) {
        OpShape shape = operation.op().shape();
        int[] counts = new int[to - from];
        for (int step = operation.from(); step < operation.to(); step++) {
            int result = shape.result(step) - from;
            if (result < 0 || result >= counts.length) {
                return null;
            }
            counts[result]++;
        }
        int[][] steps = new int[counts.length][];
        for (int result = 0; result < steps.length; result++) {
            steps[result] = new int[counts[result]];
        }
        Arrays.fill(counts, 0);
        for (int step = operation.from(); step < operation.to(); step++) {
            int result = shape.result(step) - from;
            steps[result][counts[result]++] = step;
        }
        boolean startsEarlier = operation.from() > 0 && !beginsHere(operation, from);
        return startsEarlier ? null : steps;
    }

    /** Whether no step before the operation adds to its results. */
    private static boolean beginsHere(Operation operation, int from) {
        OpShape shape = operation.op().shape();
        for (int step = 0; step < operation.from(); step++) {
            if (shape.result(step) >= from) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAlike(Operation operation, int[] first, int[] other) {
        OpShape shape = operation.op().shape();
        if (first.length != other.length
                || shape.group(first[0]) != shape.group(other[0])
                || shape.lanes(shape.result(first[0])) != shape.lanes(shape.result(other[0]))) {
            return false;
        }
        for (int j = 0; j < first.length; j++) {
            if (operation.quarter(first[j]) != operation.quarter(other[j])
                    || !readSameRows(operation, first[j], other[j])) {
                return false;
            }
        }
        return true;
    }

    private static boolean readSameRows(Operation operation, int step, int other) {
        if (operation.isSameRow(step, other)) {
            return true;
        }
        for (int index = 0; index < operation.width(); index++) {
            if (!operation.row(index, step).isSame(operation.row(index, other))) {
                return false;
            }
        }
        return true;
    }

    private static ResultBlock block(Operation operation, int first, int[][] steps) {
        OpShape shape = operation.op().shape();
        int[] addresses = operation.activations();
        int[] activations = new int[steps.length * steps[0].length];
        for (int p = 0; p < steps.length; p++) {
            for (int j = 0; j < steps[p].length; j++) {
                activations[j * steps.length + p] = addresses[steps[p][j]];
            }
        }
        return new ResultBlock(
                shape.group(steps[0][0]), shape.lanes(first), first, steps.length, steps[0], activations);
    }

    /** Whether a result is written where a later one reads. */
    private boolean readsWhatItWrites(Operation operation) {
        OpShape shape = operation.op().shape();
        int[] outputs = operation.outputs();
        int low = Integer.MAX_VALUE;
        int high = 0;
        for (int word = shape.firstWord(first); word < shape.firstWord(first + count); word++) {
            low = Math.min(low, outputs[word]);
            high = Math.max(high, outputs[word]);
        }
        int bytes = operation.op().inputs() * operation.op().activationBytes();
        int[] lastReader = null;
        for (int at = 0; at < activations.length; at++) {
            int address = activations[at];
            if (address + bytes > low && address <= high + 3) {
                lastReader = lastReader == null ? new int[Chip.NARROW_BYTES / Chip.WORD_BYTES + 2] : lastReader;
                for (int word = address / 4; word <= (address + bytes - 1) / 4; word++) {
                    lastReader[word] = Math.max(lastReader[word], at % count);
                }
            }
        }
        for (int p = 0; lastReader != null && p < count; p++) {
            for (int word = shape.firstWord(first + p); word < shape.firstWord(first + p + 1); word++) {
                if (lastReader[outputs[word] / 4] > p) {
                    return true;
                }
            }
        }
        return false;
    }
}
