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
    private static final byte DEFINED = 1;
    private static final byte WRITTEN = 2;
    private static final byte CONSTANT = 4;
    private static final byte BOTH = DEFINED | WRITTEN;
    private static final int WORD_DEFINED = 0x01010101;
    private static final int WORD_WRITTEN = 0x02020202;

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
    private final byte[][] narrow = new byte[Chip.TILES][];
    private final byte[] arena;
    private final byte[] mesh;

    /** Values of constants, where the memory of the same name has the mark. */
    private final byte[][] narrowValues = new byte[Chip.TILES][];

    private final byte[] arenaValues;
    private final byte[] meshValues;
    private final byte[] output;
    private final Map<Long, long[]> underWay = new HashMap<>();
    private final Map<Operation, long[][]> undefined = new IdentityHashMap<>();
    private final Map<RowBytes, long[]> rowMasks = new IdentityHashMap<>();
    private boolean dependsOnWeights;

    private Definedness(LinkedProgram program, BoundProgram bound) {
        this.program = program;
        this.bound = bound;
        for (int tile = 0; tile < narrow.length; tile++) {
            narrow[tile] = new byte[program.narrowBytes(tile)];
            narrowValues[tile] = new byte[program.narrowBytes(tile)];
        }
        arena = new byte[program.arenaBytes()];
        arenaValues = new byte[arena.length];
        mesh = new byte[program.meshBytes()];
        meshValues = new byte[mesh.length];
        output = new byte[program.outputBytes()];
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
        return new Marks(dependsOnWeights, output, undefined);
    }

    private void run() {
        for (Step step : program.steps()) {
            if (step instanceof Operation operation) {
                for (int index = 0; index < operation.width(); index++) {
                    operate(operation, index);
                }
                rowMasks.clear();
            } else {
                move(step);
            }
        }
    }

    private void move(Step step) {
        if (step instanceof Step.ToNarrow move) {
            int[] words = move.move().words().addresses(move.half());
            for (int k = move.from(), at = move.at(); k < move.to(); k++) {
                for (int b = 0; b < 4; b++, at++) {
                    narrow[move.tile()][4 * words[k] + b] = isDefined(move.row(), at) ? BOTH : WRITTEN;
                }
            }
        } else if (step instanceof Step.ToWide move) {
            toWide(move);
        } else if (step instanceof Step.MeshSend move) {
            int[] words = move.move().source().addresses(move.half());
            for (int k = move.from(), at = 4 * move.at(); k < move.to(); k++, at += 4) {
                int marks = Words.get(narrow[move.tile()], 4 * words[k]);
                move.move()
                        .site()
                        .require(
                                (marks & WORD_WRITTEN) == WORD_WRITTEN,
                                "tile %d reads word %d of narrow memory, which nobody wrote",
                                move.tile(),
                                words[k]);
                Words.put(mesh, at, marks);
                Words.put(meshValues, at, Words.get(narrowValues[move.tile()], 4 * words[k]));
            }
        } else if (step instanceof Step.MeshReceive move) {
            int[] words = move.move().destination().addresses(move.half());
            for (int k = move.from(), at = 4 * move.at(); k < move.to(); k++, at += 4) {
                Words.put(narrow[move.tile()], 4 * words[k], Words.get(mesh, at));
                Words.put(narrowValues[move.tile()], 4 * words[k], Words.get(meshValues, at));
            }
        } else if (step instanceof Step.MeshFill fill) {
            int[] words = fill.move().destination().addresses(fill.half());
            for (int k = fill.from(); k < fill.to(); k++) {
                Words.put(narrow[fill.tile()], 4 * words[k], (BOTH | CONSTANT) * WORD_DEFINED);
                Words.put(narrowValues[fill.tile()], 4 * words[k], fill.move().constant());
            }
        } else if (step instanceof Step.Output out) {
            for (int b = 0; b < out.bytes(); b++) {
                output[out.at() + b] = isDefined(out.row(), b) ? DEFINED : 0;
            }
        } else if (step instanceof Step.Assemble assemble) {
            int at = assemble.row().offset();
            for (RowBytes part : assemble.parts()) {
                for (int b = 0; b < part.length(); b++) {
                    arena[at++] = isDefined(part, b) ? DEFINED : 0;
                }
            }
        } else if (step instanceof Step.FromScalar from) {
            Arrays.fill(
                    arena, from.row().offset(), from.row().offset() + from.row().length(), DEFINED);
        } else if (step instanceof Step.Compute compute) {
            for (Step.ScalarInstruction instruction : compute.instructions()) {
                if (instruction.pushedTo() >= 0) {
                    Arrays.fill(output, instruction.pushedTo(), instruction.pushedTo() + Chip.WORD_BYTES, DEFINED);
                }
            }
        }
    }

    private void toWide(Step.ToWide move) {
        int[] words = move.move().words().addresses(move.half());
        byte[] from = narrow[move.tile()];
        int end = 4 * (move.to() - move.from());
        for (int at = 0; at < move.row().length(); at++) {
            int origin = move.move().origin(at);
            boolean there = origin < end;
            int source = there ? 4 * words[move.from() + origin / 4] + origin % 4 : 0;
            arena[move.row().offset() + at] = there ? from[source] : 0;
            arenaValues[move.row().offset() + at] = narrowValues[move.tile()][source];
        }
    }

    private boolean isDefined(RowBytes row, int at) {
        return at >= 0
                && at < row.length()
                && (row.source() != RowBytes.Source.ARENA || (arena[row.offset() + at] & DEFINED) != 0);
    }

    private static long firstLanes(int lanes) {
        return lanes >= Chip.LANES ? -1 : (1L << lanes) - 1;
    }

    /** Lanes whose bytes from {@code from} on are all defined. */
    private long lanesOf(RowBytes row, int from, int bytes) {
        if (row.source() != RowBytes.Source.ARENA) {
            return row.length() < from + bytes ? 0 : firstLanes((row.length() - from - bytes) / Chip.WORD_BYTES + 1);
        }
        long[] known = rowMasks.computeIfAbsent(row, key -> new long[4 * 5 + 4]);
        int kind = 5 * from + bytes;
        if (known[kind] == 0) {
            long mask = 0;
            for (int lane = 0; lane < Chip.LANES; lane++) {
                boolean all = true;
                for (int b = 0; b < bytes; b++) {
                    all &= isDefined(row, Chip.WORD_BYTES * lane + from + b);
                }
                mask |= all ? 1L << lane : 0;
            }
            known[kind] = mask;
        }
        return known[kind];
    }

    private void operate(Operation operation, int index) {
        TensorOp op = operation.op();
        OpShape shape = op.shape();
        byte[] memory = narrow[operation.tile(index)];
        if (op.resize() != null) {
            resize(operation, memory);
            return;
        }
        if (isWhole(operation, index, memory)) {
            for (int result = shape.completed(operation.from()); result < shape.completed(operation.to()); result++) {
                complete(operation, index, result, memory, -1);
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
                long needed = firstLanes(shape.lanes(result));
                op.site().require((lanesOf(before, 0, 4) & needed) == needed, "goes on with sums that nobody wrote");
            }
            add(operation, index, step, memory, lanes);
            if (shape.last(result) == step) {
                all &= complete(operation, index, result, memory, lanes[result]);
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
    private boolean isWhole(Operation operation, int index, byte[] memory) {
        TensorOp op = operation.op();
        long key = (long) operation.run() << 4 | operation.tile(index);
        if (op.opcode() != Opcode.MULTIPLY_ACCUMULATE || !op.isFresh() || underWay.containsKey(key)) {
            return false;
        }
        int bytes = op.inputs() * op.activationBytes();
        int[] activations = operation.activations();
        for (int step = operation.from(); step < operation.to(); step++) {
            boolean defined = bytes == 4
                    ? (Words.get(memory, activations[step]) & WORD_DEFINED) == WORD_DEFINED
                    : areDefined(memory, activations[step], bytes);
            if (!defined) {
                return false;
            }
        }
        int group = -1;
        for (int section = operation.firstSection(); section < operation.endSection(); section++) {
            int ofSection = op.shape().group(op.shape().edge(section));
            int lanes = op.shape().groupLanes(ofSection);
            for (RowBytes row : operation.operand(index).sections.get(section - operation.firstSection())) {
                if (row.length() < lanes * Chip.WORD_BYTES || !areDefined(row, lanes * Chip.WORD_BYTES)) {
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

    private boolean areDefined(RowBytes row, int bytes) {
        return row.source() != RowBytes.Source.ARENA || areDefined(arena, row.offset(), bytes);
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
                operation.op().site().require(isDefined(row, at), "parameters of a channel group that nobody wrote");
            }
        }
    }

    private void add(Operation operation, int index, int step, byte[] memory, long[] lanes) {
        TensorOp op = operation.op();
        int result = op.shape().result(step);
        RowBytes row = operation.row(index, step);
        int quarter = operation.quarter(step);
        int size = op.weightBytes();
        if (op.opcode() != Opcode.MULTIPLY_ACCUMULATE) {
            for (int input = 0; input < op.inputs() && quarter + (input + 1) * size <= Chip.WORD_BYTES; input++) {
                lanes[result] |= lanesOf(row, quarter + input * size, size);
            }
            return;
        }
        lanes[result] &= lanesOf(row, quarter, Math.min(op.inputs() * size, Chip.WORD_BYTES - quarter));
        int at = operation.activations()[step];
        int bytes = op.inputs() * op.activationBytes();
        if (bytes == 4 ? (Words.get(memory, at) & WORD_DEFINED) == WORD_DEFINED : areDefined(memory, at, bytes)) {
            return;
        }
        for (int input = 0; input < op.inputs(); input++) {
            if (!areDefined(memory, at + input * op.activationBytes(), op.activationBytes())) {
                lanes[result] &= neutral(operation, index, step, input);
            }
        }
    }

    private static boolean areDefined(byte[] memory, int at, int bytes) {
        for (int b = 0; b < bytes; b++) {
            if ((memory[at + b] & DEFINED) == 0) {
                return false;
            }
        }
        return true;
    }

    /** Lanes whose weight of an input is the zero point, as far as that is sure. */
    private long neutral(Operation operation, int index, int step, int input) {
        RowBytes row = operation.row(index, step);
        if (row.isConstant()) {
            dependsOnWeights = true;
            return bound == null ? 0 : NeutralWeights.lanes(bound, operation, index, step, input);
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
                int at = row.offset() + from + b;
                neutral = (arena[at] & CONSTANT) != 0
                        && (arenaValues[at] & 0xff) == (op.weightZeroPoint() >> 8 * b & 0xff);
            }
            lanes |= neutral ? 1L << lane : 0;
        }
        return lanes;
    }

    /** Marks the words of a result; false if some lane of it is undefined. */
    private boolean complete(Operation operation, int index, int result, byte[] memory, long lanes) {
        TensorOp op = operation.op();
        OpShape shape = op.shape();
        int size = op.resultBytes();
        int count = shape.lanes(result);
        int first = shape.firstWord(result);
        int[] outputs = operation.outputs();
        boolean full = (lanes & firstLanes(count)) == firstLanes(count) && count * size % Chip.WORD_BYTES == 0;
        for (int word = first; word < shape.firstWord(result + 1); word++) {
            Words.put(memory, outputs[word], full ? WORD_DEFINED | WORD_WRITTEN : WORD_WRITTEN);
        }
        for (int b = 0; b < count * size && !full; b++) {
            if ((lanes >> b / size & 1) != 0) {
                memory[outputs[first + b / 4] + b % 4] = BOTH;
            }
        }
        RowBytes after = operation.sumsAfter(index, result);
        if (after != null) {
            Arrays.fill(arena, after.offset(), after.offset() + after.length(), DEFINED); // undefined sums are 0
        }
        return (lanes & firstLanes(count)) == firstLanes(count);
    }

    private static void resize(Operation operation, byte[] memory) {
        TensorOp op = operation.op();
        int[] outputs = operation.outputs();
        for (int step = operation.from(); step < operation.to(); step++) {
            int pixel = op.resize().pixel(operation.activations(), step);
            op.site()
                    .require(
                            (Words.get(memory, pixel) & WORD_DEFINED) == WORD_DEFINED,
                            "reads byte %d of narrow memory, which nobody wrote",
                            pixel);
            if (op.shape().last(op.shape().result(step)) == step) {
                Words.put(memory, outputs[op.shape().result(step)], WORD_DEFINED | WORD_WRITTEN);
            }
        }
    }
}
