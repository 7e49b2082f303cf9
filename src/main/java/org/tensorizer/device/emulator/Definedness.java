package org.tensorizer.device.emulator;

import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Opcode;

/**
 * Runs the steps of a program on marks in place of bytes: which bytes somebody wrote, which hold something defined, and
 * which are constants that the program itself makes, as the identity matrices are by which ops copy.
 * Bytes that nobody wrote may be moved; a result is undefined if a weight of it is, or an activation whose weight is not
 * the zero point. Refuses where an undefined byte is used for good.
 */
final class Definedness {
    /**
     * What was found.
     *
     * @param dependsOnWeights whether other weights could give other marks
     * @param output 1 for every defined byte of the output stream
     * @param lanes for operations with undefined results: by tile index and result of the op one bit for each defined lane
     */
    record Marks(boolean dependsOnWeights, byte[] output, Map<Operation, long[][]> lanes) {}

    private final LinkedProgram program;
    private final BoundProgram bound;
    private final MarkedMemory marked;
    private final Map<Long, long[]> underWay = new HashMap<>();
    private final Map<Operation, long[][]> undefined = new IdentityHashMap<>();
    private boolean dependsOnWeights;

    private Definedness(LinkedProgram program, BoundProgram bound) {
        this.program = program;
        this.bound = bound;
        marked = new MarkedMemory(program);
    }

    /**
     * Marks whatever the weights are: an activation that is undefined makes its results undefined. Where that could differ
     * with other weights nothing is refused.
     */
    static Marks of(LinkedProgram program) {
        Definedness definedness = new Definedness(program, null);
        try {
            definedness.run();
        } catch (UnsupportedProgramException e) {
            if (!definedness.dependsOnWeights) {
                throw e;
            }
        }
        return definedness.marks();
    }

    /** Marks with the weights of a bound program. */
    static Marks of(BoundProgram bound) {
        Definedness definedness = new Definedness(bound.linked(), bound);
        definedness.run();
        return definedness.marks();
    }

    private Marks marks() {
        return new Marks(dependsOnWeights, marked.output(), undefined);
    }

    private void run() {
        for (LinkedStep step : program.steps()) {
            if (step instanceof Operation operation) {
                for (int index = 0; index < operation.width(); index++) {
                    operate(operation, index);
                }
                marked.forgetRows();
            } else {
                marked.move(step);
            }
        }
    }

    private void operate(Operation operation, int index) {
        TensorOp op = operation.op();
        OpShape shape = op.shape();
        byte[] narrow = marked.narrow(operation.tile(index));
        if (op.resize() != null) {
            resize(operation, narrow);
            return;
        }
        if (isWhole(operation, index, narrow)) {
            for (int result = shape.completed(operation.from()); result < shape.completed(operation.to()); result++) {
                complete(operation, index, result, narrow, -1);
            }
            return;
        }
        long key = (long) operation.run() << 4 | operation.tile(index);
        long[] lanes = underWay.computeIfAbsent(key, k -> begin(op));
        int group = -1;
        int completed = shape.completed(operation.from());
        boolean all = true;
        for (int step = operation.from(); step < operation.to(); step++) {
            if (shape.group(step) != group) {
                group = shape.group(step);
                requireParameters(operation, index, group);
            }
            int result = shape.result(step);
            RowBytes before = operation.sumsBefore(index, result);
            if (before != null && lanes[result] == -1) {
                long needed = MarkedMemory.firstLanes(shape.lanes(result));
                op.site()
                        .require(
                                (marked.lanesOf(before, 0, 4) & needed) == needed,
                                "goes on with sums that nobody wrote");
            }
            add(operation, index, step, narrow, lanes);
            if (shape.last(result) == step) {
                all &= complete(operation, index, result, narrow, lanes[result]);
                completed++;
            }
        }
        if (!all) {
            undefined.computeIfAbsent(operation, o -> new long[o.width()][])[index] = lanes.clone();
        }
        if (completed == shape.results()) {
            underWay.remove(key);
        }
    }

    /** Whether an operation that multiplies reads nothing undefined on a tile, and no part of it did before. */
    private boolean isWhole(Operation operation, int index, byte[] narrow) {
        TensorOp op = operation.op();
        long key = (long) operation.run() << 4 | operation.tile(index);
        if (op.opcode() != Opcode.MULTIPLY_ACCUMULATE || !op.isFresh() || underWay.containsKey(key)) {
            return false;
        }
        int bytes = op.inputs() * op.activationBytes();
        int[] activations = operation.activations();
        for (int step = operation.from(); step < operation.to(); step++) {
            boolean defined = bytes == 4
                    ? (Words.get(narrow, activations[step]) & MarkedMemory.WORD_DEFINED) == MarkedMemory.WORD_DEFINED
                    : MarkedMemory.areDefined(narrow, activations[step], bytes);
            if (!defined) {
                return false;
            }
        }
        int group = -1;
        for (int section = operation.firstSection(); section < operation.endSection(); section++) {
            int ofSection = op.shape().group(op.shape().edge(section));
            int lanes = op.shape().groupLanes(ofSection);
            for (RowBytes row : operation.operand(index).sections.get(section - operation.firstSection())) {
                if (row.length() < lanes * Chip.WORD_BYTES || !marked.areDefined(row, lanes * Chip.WORD_BYTES)) {
                    return false;
                }
            }
            if (ofSection != group) {
                group = ofSection;
                requireParameters(operation, index, group);
            }
        }
        return true;
    }

    /** Of a maximum or sum any defined weight makes a result; of products all must be defined. */
    private static long[] begin(TensorOp op) {
        long[] lanes = new long[op.shape().results()];
        Arrays.fill(lanes, op.opcode() == Opcode.MULTIPLY_ACCUMULATE ? -1 : 0);
        return lanes;
    }

    private void requireParameters(Operation operation, int index, int group) {
        Operation.GroupParameters parameters = operation.parameters(index, group);
        int bytes = operation.op().shape().groupLanes(group) * Chip.WORD_BYTES;
        for (RowBytes row : Arrays.asList(parameters.bias(), parameters.scale(), parameters.zeroPoints())) {
            for (int at = 0; row != null && at < bytes; at++) {
                operation
                        .op()
                        .site()
                        .require(marked.isDefined(row, at), "parameters of a channel group that nobody wrote");
            }
        }
    }

    private void add(Operation operation, int index, int step, byte[] narrow, long[] lanes) {
        TensorOp op = operation.op();
        int result = op.shape().result(step);
        RowBytes row = operation.row(index, step);
        int quarter = operation.quarter(step);
        int size = op.weightBytes();
        if (op.opcode() != Opcode.MULTIPLY_ACCUMULATE) {
            for (int input = 0; input < op.inputs() && quarter + (input + 1) * size <= Chip.WORD_BYTES; input++) {
                lanes[result] |= marked.lanesOf(row, quarter + input * size, size);
            }
            return;
        }
        lanes[result] &= marked.lanesOf(row, quarter, Math.min(op.inputs() * size, Chip.WORD_BYTES - quarter));
        int at = operation.activations()[step];
        int bytes = op.inputs() * op.activationBytes();
        if (bytes == 4
                ? (Words.get(narrow, at) & MarkedMemory.WORD_DEFINED) == MarkedMemory.WORD_DEFINED
                : MarkedMemory.areDefined(narrow, at, bytes)) {
            return;
        }
        for (int input = 0; input < op.inputs(); input++) {
            if (!MarkedMemory.areDefined(narrow, at + input * op.activationBytes(), op.activationBytes())) {
                lanes[result] &= neutral(operation, index, step, input);
            }
        }
    }

    /** Lanes whose weight of an input is the zero point, as far as that is sure. */
    private long neutral(Operation operation, int index, int step, int input) {
        RowBytes row = operation.row(index, step);
        if (row.isConstant()) {
            dependsOnWeights = true;
            return bound == null ? 0 : bound.neutralLanes(operation, index, step, input);
        }
        TensorOp op = operation.op();
        if (row.source() != RowBytes.Source.ARENA || op.hasZeroPointRows()) {
            return 0;
        }
        long lanes = 0;
        for (int lane = 0; lane < Chip.LANES; lane++) {
            int from = Chip.WORD_BYTES * lane + operation.quarter(step) + input * op.weightBytes();
            boolean neutral = from + op.weightBytes() <= row.length();
            for (int b = 0; b < op.weightBytes() && neutral; b++) {
                neutral = marked.isConstant(row, from + b, op.weightZeroPoint() >> 8 * b & 0xff);
            }
            lanes |= neutral ? 1L << lane : 0;
        }
        return lanes;
    }

    /** Marks the words of a result; false if some lane of it is undefined. */
    private boolean complete(Operation operation, int index, int result, byte[] narrow, long lanes) {
        TensorOp op = operation.op();
        OpShape shape = op.shape();
        int size = op.resultBytes();
        int count = shape.lanes(result);
        int first = shape.firstWord(result);
        int[] outputs = operation.outputs();
        boolean full = (lanes & MarkedMemory.firstLanes(count)) == MarkedMemory.firstLanes(count)
                && count * size % Chip.WORD_BYTES == 0;
        for (int word = first; word < shape.firstWord(result + 1); word++) {
            Words.put(
                    narrow,
                    outputs[word],
                    full ? MarkedMemory.WORD_DEFINED | MarkedMemory.WORD_WRITTEN : MarkedMemory.WORD_WRITTEN);
        }
        for (int b = 0; b < count * size && !full; b++) {
            if ((lanes >> b / size & 1) != 0) {
                narrow[outputs[first + b / 4] + b % 4] = MarkedMemory.BOTH;
            }
        }
        RowBytes after = operation.sumsAfter(index, result);
        if (after != null) {
            marked.define(after); // undefined sums are 0
        }
        return (lanes & MarkedMemory.firstLanes(count)) == MarkedMemory.firstLanes(count);
    }

    private static void resize(Operation operation, byte[] narrow) {
        TensorOp op = operation.op();
        int[] outputs = operation.outputs();
        for (int step = operation.from(); step < operation.to(); step++) {
            int pixel = op.resize().pixel(operation.activations(), step);
            op.site()
                    .require(
                            (Words.get(narrow, pixel) & MarkedMemory.WORD_DEFINED) == MarkedMemory.WORD_DEFINED,
                            "reads byte %d of narrow memory, which nobody wrote",
                            pixel);
            if (op.shape().last(op.shape().result(step)) == step) {
                Words.put(
                        narrow,
                        outputs[op.shape().result(step)],
                        MarkedMemory.WORD_DEFINED | MarkedMemory.WORD_WRITTEN);
            }
        }
    }
}
