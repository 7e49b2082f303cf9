package org.tensorizer.network.trace;

import java.util.Arrays;
import java.util.TreeSet;
import org.tensorizer.device.emulator.OpShape;
import org.tensorizer.device.emulator.Operation;
import org.tensorizer.device.emulator.RowBytes;
import org.tensorizer.device.emulator.TensorOp;

/** What an op multiplies, step by step: tags and values of both sides, and the steps of each result. */
final class Products {
    private final TensorOp op;
    private final OpShape shape;
    private final int inputs;
    private final int lanes;

    /** By step and input. */
    final int[] activations;

    final int[] activationValues;

    /** By step, lane and input. */
    final int[] weights;

    final int[] weightValues;

    /** Where the steps of each result begin in {@link #steps}; one more at the end. */
    final int[] firstStep;

    final int[] steps;

    Products(TensorOp op, int lanes) {
        this.op = op;
        this.lanes = lanes;
        shape = op.shape();
        inputs = op.inputs();
        int count = shape.steps();
        activations = new int[count * inputs];
        activationValues = new int[count * inputs];
        weights = new int[count * lanes * inputs];
        weightValues = new int[count * lanes * inputs];
        firstStep = new int[shape.results() + 1];
        for (int step = 0; step < count; step++) {
            firstStep[shape.result(step) + 1]++;
        }
        for (int result = 0; result < shape.results(); result++) {
            firstStep[result + 1] += firstStep[result];
        }
        int[] next = Arrays.copyOf(firstStep, shape.results());
        steps = new int[count];
        for (int step = 0; step < count; step++) {
            steps[next[shape.result(step)]++] = step;
        }
    }

    /** Reads the operands of some steps. */
    void read(TagMemory memory, Operation operation, int index, int from, int to) {
        int[] narrow = memory.narrow[operation.tile(index)];
        int[] addresses = operation.activations();
        int activationBytes = op.activationBytes();
        int weightBytes = op.weightBytes();
        for (int step = from; step < to; step++) {
            for (int j = 0; addresses != null && j < inputs; j++) {
                int at = addresses[step] + j * activationBytes;
                activations[step * inputs + j] = narrow[at];
                activationValues[step * inputs + j] =
                        memory.value(narrow[at]) + (activationBytes == 2 ? memory.value(narrow[at + 1]) << 8 : 0);
            }
            RowBytes row = operation.row(index, step);
            int quarter = operation.quarter(step);
            int groupLanes = shape.lanes(shape.result(step));
            for (int lane = 0; lane < groupLanes; lane++) {
                for (int j = 0; j < inputs; j++) {
                    int inside = quarter + j * weightBytes;
                    if (inside + weightBytes > 4) {
                        continue;
                    }
                    int at = 4 * lane + inside;
                    int to4 = (step * lanes + lane) * inputs + j;
                    weights[to4] = memory.tag(row, at);
                    weightValues[to4] = memory.value(weights[to4])
                            + (weightBytes == 2 ? memory.value(memory.tag(row, at + 1)) << 8 : 0);
                }
            }
        }
    }

    /**
     * The constants of the mesh that the factors come from: of lane 0 of every step, in the order of the sources.
     *
     * @param width sources of a lane, at most
     */
    int[][] fills(int width) {
        @SuppressWarnings("unchecked")
        TreeSet<Integer>[] found = new TreeSet[width];
        Arrays.setAll(found, k -> new TreeSet<>());
        for (int result = 0; result < shape.results(); result++) {
            for (int lane = 0; lane < shape.lanes(result); lane++) {
                int k = 0;
                for (int at = firstStep[result]; at < firstStep[result + 1]; at++) {
                    for (int j = 0; j < inputs; j++) {
                        int w = (steps[at] * lanes + lane) * inputs + j;
                        if (weights[w] != Tag.NOTHING && weightValues[w] != op.weightZeroPoint() && k < width) {
                            if (Tag.kind(weights[w]) == Tag.FILL) {
                                found[k].add(Tag.index(weights[w]) / 4);
                            }
                            k++;
                        }
                    }
                }
            }
        }
        return Arrays.stream(found)
                .map(set -> set.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
    }
}
