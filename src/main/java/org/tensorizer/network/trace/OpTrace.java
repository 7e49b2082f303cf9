package org.tensorizer.network.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.device.emulator.OpShape;
import org.tensorizer.device.emulator.Operation;
import org.tensorizer.device.emulator.RowBytes;
import org.tensorizer.device.emulator.TensorOp;
import org.tensorizer.isa.Chip;
import org.tensorizer.network.trace.OpRecord.Kind;

/** One run of an op on one tile while it is followed. Subclasses keep what their kind of op reads. */
abstract class OpTrace {
    final TraceContext context;
    final TensorOp op;
    final OpShape shape;
    final OpInstruction instruction;
    final int tile;
    final int number;
    final int stride;
    final int firstByte;
    private final List<LaneParameters> parameters = new ArrayList<>();
    private int emitted;

    OpTrace(TraceContext context, Operation operation, int index, OpInstruction instruction, int number) {
        this.context = context;
        this.op = operation.op();
        this.shape = op.shape();
        this.instruction = instruction;
        this.tile = operation.tile(index);
        this.number = number;
        int lanes = 0;
        for (int result = 0; result < shape.results(); result++) {
            lanes = Math.max(lanes, shape.lanes(result));
        }
        this.stride = lanes * op.resultBytes();
        this.firstByte = context.resultBytes(stride * shape.results());
    }

    /** Reads the operands of the steps of an operation and writes the results that they complete. */
    final void run(Operation operation, int index) {
        readParameters(operation, index);
        read(operation, index, operation.from(), operation.to());
        int complete = shape.completed(operation.to());
        if (complete > emitted) {
            int[] tags = new int[(stride + Chip.WORD_BYTES - 1) / Chip.WORD_BYTES * Chip.WORD_BYTES];
            finish(emitted, complete);
            for (int result = emitted; result < complete; result++) {
                int bytes = shape.lanes(result) * op.resultBytes();
                Arrays.fill(tags, Tag.NOTHING);
                tags(result, tags, bytes);
                write(operation, result, tags);
                RowBytes sums = operation.sumsAfter(index, result);
                if (sums != null) {
                    sums(sums, shape.lanes(result));
                }
            }
            emitted = complete;
        }
    }

    private void readParameters(Operation operation, int index) {
        if (!op.hasBiases() && !op.hasScales() && !op.hasZeroPointRows()) {
            return;
        }
        for (int group = shape.group(operation.from()); group <= shape.group(operation.to() - 1); group++) {
            while (parameters.size() <= group) {
                parameters.add(LaneParameters.NONE);
            }
            Operation.GroupParameters found = operation.parameters(index, group);
            if (parameters.get(group) == LaneParameters.NONE) {
                parameters.set(
                        group,
                        new LaneParameters(
                                first(found.bias()),
                                first(found.scale()),
                                first(found.zeroPoints()),
                                shape.groupLanes(group)));
            }
        }
    }

    private int first(RowBytes row) {
        return row == null ? Tag.NOTHING : context.memory().tag(row, 0);
    }

    private void write(Operation operation, int result, int[] tags) {
        int[] words = operation.outputs();
        int[] narrow = context.memory().narrow[tile];
        int at = 0;
        for (int word = shape.firstWord(result); word < shape.firstWord(result + 1); word++) {
            System.arraycopy(tags, at, narrow, words[word], Chip.WORD_BYTES);
            at += Chip.WORD_BYTES;
        }
    }

    private void sums(RowBytes row, int lanes) {
        int[] arena = context.memory().of(row);
        for (int at = 0; at < row.length(); at++) {
            arena[row.offset() + at] = at < 4 * lanes ? Tag.of(Tag.SUMS, 256L * number + at) : Tag.NOTHING;
        }
    }

    /** Reads the operands of steps {@code from} to {@code to} (exclusive). */
    abstract void read(Operation operation, int index, int from, int to);

    /** Results {@code from} to {@code to} (exclusive) have all their steps. */
    abstract void finish(int from, int to);

    /** Tags of the bytes of a result; the rest is NOTHING already. */
    void tags(int result, int[] tags, int bytes) {
        int first = Tag.of(Tag.RESULT, firstByte + (long) result * stride);
        for (int at = 0; at < bytes; at++) {
            tags[at] = first + at;
        }
    }

    final LaneParameters parameters(int group) {
        return group < parameters.size() ? parameters.get(group) : LaneParameters.NONE;
    }

    /** What was read, when all steps are done. */
    abstract OpRecord.Content content();

    final OpRecord record() {
        int[] lanes = new int[shape.results()];
        int[] groups = new int[lanes.length];
        for (int result = 0; result < lanes.length; result++) {
            lanes[result] = shape.lanes(result);
            groups[result] = shape.group(shape.last(result));
        }
        return new OpRecord(
                number, instruction, tile, firstByte, stride, lanes, groups, List.copyOf(parameters), content());
    }

    /** A layer: weights are rows of the payload. */
    static final class OfLayer extends OpTrace {
        private final int[] words;
        private final int[] offsets;

        OfLayer(TraceContext context, Operation operation, int index, OpInstruction instruction, int number) {
            super(context, operation, index, instruction, number);
            words = new int[shape.steps()];
            offsets = new int[shape.steps()];
        }

        @Override
        void read(Operation operation, int index, int from, int to) {
            TagMemory memory = context.memory();
            int[] narrow = memory.narrow[tile];
            int[] activations = operation.activations();
            RowBytes before = null;
            int offset = 0;
            for (int step = from; step < to; step++) {
                RowBytes row = operation.row(index, step);
                if (row != before) {
                    offset = payloadOffset(memory, row, shape.groupLanes(shape.group(step)));
                    before = row;
                }
                offsets[step] = offset;
                words[step] = context.words().of(narrow, activations[step]);
            }
        }

        private int payloadOffset(TagMemory memory, RowBytes row, int lanes) {
            int head = memory.tag(row, 0);
            int last = memory.tag(row, 4 * lanes - 1);
            if (Tag.kind(head) != Tag.PARAMETER || last != head + 4 * lanes - 1) {
                throw new TraceException(instruction + ": weights that are no row of the payload");
            }
            return Tag.index(head);
        }

        @Override
        void finish(int from, int to) {}

        /** Steps sorted by result, those of a result by payload offset. */
        @Override
        OpRecord.Content content() {
            int results = shape.results();
            int steps = shape.steps();
            if (steps % results != 0) {
                return problem("results of different length");
            }
            int taps = steps / results;
            int[] next = new int[results];
            int[] order = new int[steps];
            for (int step = 0; step < steps; step++) {
                int result = shape.result(step);
                if (next[result] == taps) {
                    return problem("results of different length");
                }
                order[result * taps + next[result]++] = step;
            }
            int[] rank = ranks(order, taps);
            int[] bases = new int[results];
            int[] distances = new int[taps];
            int[] sorted = new int[steps];
            for (int result = 0; result < results; result++) {
                int first = result * taps;
                bases[result] = offsets[order[first + rank[0]]];
                for (int tap = 0; tap < taps; tap++) {
                    int step = order[first + rank[tap]];
                    int distance = offsets[step] - bases[result];
                    if (result == 0) {
                        distances[tap] = distance;
                    } else if (distances[tap] != distance) {
                        return problem("rows in varying order");
                    }
                    sorted[first + tap] = words[step];
                }
            }
            return new OpRecord.Layer(taps, sorted, bases, distances, "");
        }

        /** Positions of the steps of the first result in the order of their payload offsets. */
        private int[] ranks(int[] order, int taps) {
            long[] keyed = new long[taps];
            for (int tap = 0; tap < taps; tap++) {
                keyed[tap] = (long) offsets[order[tap]] << 32 | tap;
            }
            Arrays.sort(keyed);
            return Arrays.stream(keyed).mapToInt(key -> (int) key).toArray();
        }

        private OpRecord.Content problem(String what) {
            int low = Arrays.stream(offsets).min().orElse(0);
            return new OpRecord.Layer(1, new int[shape.results()], filled(shape.results(), low), new int[1], what);
        }

        private static int[] filled(int length, int value) {
            int[] filled = new int[length];
            Arrays.fill(filled, value);
            return filled;
        }
    }

    /** A resize: four pixels a result. */
    static final class OfResize extends OpTrace {
        private final int[] sources;
        private final int[] phaseX;
        private final int[] phaseY;

        OfResize(TraceContext context, Operation operation, int index, OpInstruction instruction, int number) {
            super(context, operation, index, instruction, number);
            sources = new int[4 * shape.results()];
            phaseX = new int[shape.results()];
            phaseY = new int[shape.results()];
        }

        @Override
        void read(Operation operation, int index, int from, int to) {
            int[] narrow = context.memory().narrow[tile];
            int[] activations = operation.activations();
            boolean four = op.resize().taps() == 4;
            for (int step = from; step < to; step++) {
                int result = shape.result(step);
                int tag = narrow[op.resize().pixel(activations, step)];
                if (four) {
                    sources[step] = tag;
                } else {
                    Arrays.fill(sources, 4 * result, 4 * result + 4, tag);
                }
                if (four && step % 4 == 0) {
                    int origin = op.resize().weight(step);
                    int right = op.resize().weight(step + 1);
                    int below = op.resize().weight(step + 2);
                    phaseX[result] = 4 * right / (origin + right);
                    phaseY[result] = 4 * below / (origin + below);
                }
            }
        }

        @Override
        void finish(int from, int to) {}

        @Override
        OpRecord.Content content() {
            return new OpRecord.Taps(sources, phaseX, phaseY);
        }
    }

    /** Which kind of trace an op needs, by the origin of the weights of its first step. */
    static OpTrace of(TraceContext context, Operation operation, int index, int number) {
        TensorOp op = operation.op();
        Place place = new Place(op.site().chunk(), op.site().bundle());
        OpInstruction instruction = OpInstruction.of(place, op.site().instruction());
        if (op.resize() != null) {
            return new OfResize(context, operation, index, instruction, number);
        }
        boolean layer = instruction.isPlain();
        for (int step = operation.from(); layer && step < Math.min(operation.to(), operation.from() + 64); step++) {
            layer = Tag.kind(context.memory().tag(operation.row(index, step), 0)) == Tag.PARAMETER;
        }
        if (layer && !isMatrix(context, operation, index, instruction)) {
            return new OfLayer(context, operation, index, instruction, number);
        }
        return new SourceTrace(context, operation, index, instruction, number);
    }

    /** A small matrix of zeros and ones in the payload, which hands on elements as they are. */
    private static boolean isMatrix(TraceContext context, Operation operation, int index, OpInstruction instruction) {
        OpFields fields = instruction.fields();
        boolean neutral = Math.abs(fields.multiplierValue() - 1.0) < 2e-7
                && fields.inputZero() == fields.outputZero()
                && fields.weightZero() == 0
                && fields.constant() == 0
                && !instruction.scales()
                && !instruction.zeroPointRows()
                && !instruction.throughTable();
        for (int step = operation.from(); neutral && step < operation.to(); step++) {
            RowBytes row = operation.row(index, step);
            for (int at = 0; at < Math.min(row.length(), 4 * instruction.lanes()); at++) {
                int tag = context.memory().tag(row, at);
                int value = context.value(tag);
                neutral &= value == 0 || value == 1;
            }
        }
        return neutral;
    }

    static Kind kindOf(Kind before, Kind now, OpInstruction instruction) {
        if (before != null && before != now) {
            throw new TraceException(instruction + ": " + before + " in a part of its results, " + now + " in others");
        }
        return now;
    }
}
