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
import org.tensorizer.network.trace.OpRecord.ParameterTags;

/** One run of an op on one tile while it is followed. Subclasses keep what their kind of op reads. */
abstract class OpTrace {
    final TagMemory memory;
    final TensorOp op;
    final OpShape shape;
    final OpInstruction instruction;
    final int tile;
    final int number;
    final int run;
    final int stride;
    final int firstByte;
    private final List<ParameterTags> parameters = new ArrayList<>();
    private int emitted;

    OpTrace(TagMemory memory, Operation operation, int index, OpInstruction instruction, int number) {
        this.memory = memory;
        this.op = operation.op();
        this.shape = op.shape();
        this.instruction = instruction;
        this.tile = operation.tile(index);
        this.number = number;
        this.run = operation.run();
        int lanes = 0;
        for (int result = 0; result < shape.results(); result++) {
            lanes = Math.max(lanes, shape.lanes(result));
        }
        this.stride = lanes * op.resultBytes();
        this.firstByte = memory.resultBytes(stride * shape.results());
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
                parameters.add(ParameterTags.NONE);
            }
            Operation.GroupParameters found = operation.parameters(index, group);
            if (parameters.get(group) == ParameterTags.NONE) {
                parameters.set(
                        group,
                        new ParameterTags(
                                first(found.bias()),
                                first(found.scale()),
                                first(found.zeroPoints()),
                                shape.groupLanes(group)));
            }
        }
    }

    private int first(RowBytes row) {
        return row == null ? Tag.NOTHING : memory.tag(row, 0);
    }

    private void write(Operation operation, int result, int[] tags) {
        int[] words = operation.outputs();
        int[] narrow = memory.narrow[tile];
        int at = 0;
        for (int word = shape.firstWord(result); word < shape.firstWord(result + 1); word++) {
            System.arraycopy(tags, at, narrow, words[word], Chip.WORD_BYTES);
            at += Chip.WORD_BYTES;
        }
    }

    private void sums(RowBytes row, int lanes) {
        int[] arena = memory.of(row);
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

    final ParameterTags parameters(int group) {
        return group < parameters.size() ? parameters.get(group) : ParameterTags.NONE;
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
                run, instruction, tile, firstByte, stride, lanes, groups, List.copyOf(parameters), content());
    }

    /** Which kind of trace an op needs, by the origin of the weights of its first step. */
    static OpTrace of(TagMemory memory, Operation operation, int index, int number) {
        TensorOp op = operation.op();
        Place place = new Place(op.site().chunk(), op.site().bundle());
        OpInstruction instruction = OpInstruction.of(place, op.site().instruction());
        if (op.resize() != null) {
            return new ResizeTrace(memory, operation, index, instruction, number);
        }
        boolean layer = instruction.isPlain();
        for (int step = operation.from(); layer && step < Math.min(operation.to(), operation.from() + 64); step++) {
            layer = Tag.kind(memory.tag(operation.row(index, step), 0)) == Tag.PARAMETER;
        }
        if (layer && !isMatrix(memory, operation, index, instruction)) {
            return new LayerTrace(memory, operation, index, instruction, number);
        }
        return new SourceTrace(memory, operation, index, instruction, number);
    }

    /** A small matrix of zeros and ones in the payload, which hands on elements as they are. */
    private static boolean isMatrix(TagMemory memory, Operation operation, int index, OpInstruction instruction) {
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
                int tag = memory.tag(row, at);
                int value = memory.value(tag);
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

    /** A resize: four pixels a result. */
    private static final class ResizeTrace extends OpTrace {
        private final int[] sources;
        private final int[] phaseX;
        private final int[] phaseY;

        ResizeTrace(TagMemory memory, Operation operation, int index, OpInstruction instruction, int number) {
            super(memory, operation, index, instruction, number);
            sources = new int[4 * shape.results()];
            phaseX = new int[shape.results()];
            phaseY = new int[shape.results()];
        }

        @Override
        void read(Operation operation, int index, int from, int to) {
            int[] narrow = memory.narrow[tile];
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
}
