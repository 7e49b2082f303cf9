package org.tensorizer.device.emulator;

import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Opcode;

/** Any op in any mode, step by step. */
final class StepKernel extends OpKernel {
    private final Requantizer requantizer;
    private final boolean constantZeros;

    /** By tile index and result: defined lanes; null where all are. */
    private final long[][] defined;

    StepKernel(Operation operation, BoundProgram program) {
        super(operation);
        requantizer = new Requantizer(op, program.chip());
        constantZeros = !op.hasZeroPointRows();
        defined = program.marks().lanes().get(operation);
    }

    @Override
    void run(Inference inference) {
        for (int index = 0; index < operation.width(); index++) {
            run(inference, index);
        }
    }

    private void run(Inference inference, int index) {
        int tile = operation.tile(index);
        long key = (long) operation.run() << 4 | tile;
        long[][] sums = inference.sums.computeIfAbsent(key, k -> new long[shape.results()][]);
        int lastGroup = -1;
        int[] zeros = new int[Chip.LANES];
        int[] biases = new int[Chip.LANES];
        float[] scales = new float[Chip.LANES];
        for (int step = operation.from(); step < operation.to(); step++) {
            int group = shape.group(step);
            if (group != lastGroup) {
                lastGroup = group;
                load(inference, index, group, zeros, biases, scales);
            }
            int result = shape.result(step);
            if (sums[result] == null) {
                sums[result] = begin(inference, index, result);
            }
            add(inference, index, step, sums[result], zeros);
            if (shape.last(result) == step) {
                complete(inference, index, result, sums[result], biases, scales);
                sums[result] = null;
            }
        }
        if (operation.to() == shape.steps()) {
            inference.sums.remove(key);
        }
    }

    private void load(Inference inference, int index, int group, int[] zeros, int[] biases, float[] scales) {
        int lanes = shape.groupLanes(group);
        Operation.GroupParameters parameters = operation.parameters(index, group);
        for (int lane = 0; lane < lanes; lane++) {
            zeros[lane] = constantZeros
                    ? op.weightZeroPoint()
                    : Words.get(
                            inference.bytes(parameters.zeroPoints()),
                            parameters.zeroPoints().offset() + 4 * lane);
            biases[lane] = parameters.bias() == null
                    ? 0
                    : Words.get(
                            inference.bytes(parameters.bias()),
                            parameters.bias().offset() + 4 * lane);
            scales[lane] = parameters.scale() == null
                    ? 1
                    : Words.getFloat(
                            inference.bytes(parameters.scale()),
                            parameters.scale().offset() + 4 * lane);
        }
    }

    private long[] begin(Inference inference, int index, int result) {
        long[] sums = new long[shape.lanes(result)];
        RowBytes before = operation.sumsBefore(index, result);
        for (int lane = 0; lane < sums.length && before != null; lane++) {
            sums[lane] = Words.get(inference.bytes(before), before.offset() + 4 * lane);
        }
        return sums;
    }

    private void add(Inference inference, int index, int step, long[] sums, int[] zeros) {
        RowBytes row = operation.row(index, step);
        byte[] weights = inference.bytes(row);
        int quarter = operation.quarter(step);
        int size = op.weightBytes();
        for (int input = 0; input < op.inputs(); input++) {
            int activation = 0;
            if (op.opcode() == Opcode.MULTIPLY_ACCUMULATE) {
                int at = operation.activations()[step] + input * op.activationBytes();
                activation =
                        value(inference.narrow[operation.tile(index)], at, op.activationBytes()) - op.inputZeroPoint();
            }
            int offset = quarter + input * size;
            boolean inside = offset + size <= Chip.WORD_BYTES;
            op.site().require(inside || op.opcode() != Opcode.MULTIPLY_ACCUMULATE, "weights across a lane");
            for (int lane = 0; lane < sums.length && inside; lane++) {
                int at = 4 * lane + offset;
                if (at + size > row.length()) {
                    break;
                }
                int weight = value(weights, row.offset() + at, size);
                sums[lane] = switch (op.opcode()) {
                    case MAXIMUM -> Math.max(sums[lane], weight);
                    case SUM -> sums[lane] + weight;
                    default -> sums[lane] + (weight - Integer.toUnsignedLong(zeros[lane])) * activation;
                };
            }
        }
    }

    private static int value(byte[] memory, int at, int size) {
        int low = memory[at] & 0xff;
        return size == 1 ? low : low | (memory[at + 1] & 0xff) << 8;
    }

    private void complete(Inference inference, int index, int result, long[] sums, int[] biases, float[] scales) {
        int tile = operation.tile(index);
        long lanes = defined == null || defined[index] == null ? -1 : defined[index][result];
        for (int lane = 0; lane < sums.length; lane++) {
            if ((lanes >> lane & 1) == 0) {
                sums[lane] = 0;
            }
        }
        RowBytes after = operation.sumsAfter(index, result);
        if (after != null && after.isRead()) {
            for (int lane = 0; lane < sums.length; lane++) {
                Words.put(inference.arena, after.offset() + 4 * lane, (int) sums[lane]);
            }
        }
        byte[] narrow = inference.narrow[tile];
        int[] outputs = operation.outputs();
        int size = op.resultBytes();
        int first = shape.firstWord(result);
        for (int word = first; word < shape.firstWord(result + 1); word++) {
            Words.put(narrow, outputs[word], 0);
        }
        for (int lane = 0; lane < sums.length; lane++) {
            if ((lanes >> lane & 1) == 0) {
                continue; // undefined: stays 0
            }
            int stored = requantizer.stored(sums[lane], biases[lane], scales[lane], inference.tables[tile]);
            int at = outputs[first + lane * size / 4] + lane * size % 4;
            narrow[at] = (byte) stored;
            if (size == 2) {
                narrow[at + 1] = (byte) (stored >> 8);
            }
        }
    }
}
