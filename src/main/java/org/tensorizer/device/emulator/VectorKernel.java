package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.isa.Chip;

/**
 * Operations of few positions and many inputs, as FULLY_CONNECTED is: products of a matrix and a vector, exact in int32.
 * Written so that the JIT compiler vectorizes the inner loop: it knows the sum of two products of shorts as one machine
 * instruction (MulAddS2I), and needs a long loop over whole arrays without anything else in it. So activations are
 * repeated for all 64 lanes once a vector, several steps make up a chunk and are summed side by side, and the sums are
 * folded at the end of a block. Two chunks in one loop end the JVM: its compiler crashes on them (OpenJDK 17.0.15).
 *
 * <p>A chunk holds eight steps as shorts in two halves: inputs 0 and 2 of each lane, step after step, then inputs 1 and 3.
 */
final class VectorKernel extends OpKernel {
    /** Most positions that share weights where this kernel is the faster one. */
    private static final int MOST_COLUMNS = 12;

    /** Fewest steps of a result. */
    private static final int LEAST_STEPS = 16;

    private static final int CHUNK_STEPS = 8;
    private static final int STEP_SHORTS = Chip.ROW_BYTES / 2;
    private static final int HALF = CHUNK_STEPS * STEP_SHORTS;
    private static final int CHUNK = 2 * HALF;

    /** Middle of a stored byte, the zero point of symmetric weights: without it products stay small. */
    private static final int MIDDLE = 128;

    /**
     * A block on a tile.
     *
     * @param index of the tile
     * @param weights chunks of {@code stored - 128}
     * @param corrections 128 minus the zero point of each lane
     */
    private record Part(
            ResultBlock block, int index, short[][] weights, int[] corrections, LaneParameters parameters) {}

    /** Vectors of activations as chunks, kept as long as the same ones are asked for. */
    static final class Inputs {
        private byte[] taken = {};
        private int length = -1;
        private int zeroPoint;
        private short[][] chunks = {};
        private long total;
        private final int[] sums = new int[HALF];

        /** Takes the vector of a result: the words at the addresses of its steps. */
        private void take(byte[] narrow, ResultBlock block, int p, int zero) {
            int steps = block.steps.length;
            int[] addresses = block.activations;
            int first = addresses[p];
            boolean like = length == steps && zeroPoint == zero;
            if (block.readsOneRun) {
                like = like && Arrays.equals(taken, 0, 4 * steps, narrow, first, first + 4 * steps);
            } else {
                for (int j = 0; j < steps && like; j++) {
                    like = Words.get(taken, 4 * j) == Words.get(narrow, addresses[j * block.count + p]);
                }
            }
            if (like) {
                return;
            }
            if (taken.length < 4 * steps) {
                taken = new byte[4 * steps];
            }
            for (int j = 0; j < steps; j++) {
                Words.put(taken, 4 * j, Words.get(narrow, addresses[j * block.count + p]));
            }
            length = steps;
            zeroPoint = zero;
            int count = (steps + CHUNK_STEPS - 1) / CHUNK_STEPS;
            if (chunks.length < count) {
                chunks = new short[count][CHUNK];
            }
            total = 0;
            for (int j = 0; j < steps; j++) {
                repeat(chunks[j / CHUNK_STEPS], j % CHUNK_STEPS * STEP_SHORTS, 4 * j);
            }
        }

        private void repeat(short[] chunk, int at, int from) {
            short a = (short) ((taken[from] & 0xff) - zeroPoint);
            short b = (short) ((taken[from + 1] & 0xff) - zeroPoint);
            short c = (short) ((taken[from + 2] & 0xff) - zeroPoint);
            short d = (short) ((taken[from + 3] & 0xff) - zeroPoint);
            total += a + b + c + d;
            for (int i = at; i < at + STEP_SHORTS; i += 2) {
                chunk[i] = a;
                chunk[i + 1] = c;
                chunk[HALF + i] = b;
                chunk[HALF + i + 1] = d;
            }
        }

        /** Sums of 64 lanes, in front of other numbers; chunks behind the vector hold weights 0. */
        private int[] multiply(short[][] weights) {
            Arrays.fill(sums, 0);
            for (int chunk = 0; chunk < weights.length; chunk++) {
                add(sums, weights[chunk], chunks[chunk]);
            }
            for (int half = HALF / 2; half >= Chip.LANES; half /= 2) {
                fold(sums, half);
            }
            return sums;
        }

        private static void add(int[] sums, short[] weights, short[] inputs) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += weights[2 * i] * inputs[2 * i] + weights[2 * i + 1] * inputs[2 * i + 1];
            }
        }

        private static void fold(int[] sums, int half) {
            for (int i = 0; i < half; i++) {
                sums[i] += sums[half + i];
            }
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private final Requantizer requantizer;
    private final boolean fast;

    private VectorKernel(Operation operation, BoundProgram program, List<ResultBlock> blocks) {
        super(operation);
        requantizer = new Requantizer(op, program.chip());
        fast = requantizer.isFast();
        WeightRows rows = new WeightRows(operation, program.chip());
        for (int index = 0; index < operation.width(); index++) {
            for (ResultBlock block : blocks) {
                parts.add(part(block, index, rows, program));
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
                && program.marks().lanes().get(operation) == null;
        WeightRows rows = new WeightRows(operation, program.chip());
        for (ResultBlock block : blocks) {
            boolean shared = operation.width() > 1 && rows.areSame(block, 0, 1);
            usual &= block.count * (shared ? operation.width() : 1) <= MOST_COLUMNS
                    && block.steps.length >= LEAST_STEPS
                    && block.steps.length <= Chip.WIDE_ROWS
                    && operation.quarter(block.steps[0]) == 0;
            for (int index = 0; index < operation.width() && usual; index++) {
                Operation.GroupParameters parameters = operation.parameters(index, block.group);
                usual = rows.areConstant(block, index)
                        && rows.haveByteZeroPoints(block, index, program::constants)
                        && (parameters.bias() == null || parameters.bias().isConstant())
                        && (parameters.scale() == null || parameters.scale().isConstant());
            }
        }
        return usual ? new VectorKernel(operation, program, blocks) : null;
    }

    private Part part(ResultBlock block, int index, WeightRows rows, BoundProgram program) {
        int[] zeros = rows.zeroPoints(block, index, program::constants);
        int[] stored = rows.stored(block, index, program::constants, zeros);
        int steps = block.steps.length;
        short[][] weights = new short[(steps + CHUNK_STEPS - 1) / CHUNK_STEPS][CHUNK];
        int[] corrections = new int[block.lanes];
        for (int lane = 0; lane < block.lanes; lane++) {
            corrections[lane] = MIDDLE - zeros[lane];
            for (int j = 0; j < steps; j++) {
                int from = (lane * steps + j) * 4;
                short[] chunk = weights[j / CHUNK_STEPS];
                int at = j % CHUNK_STEPS * STEP_SHORTS + 2 * lane;
                chunk[at] = (short) (stored[from] - MIDDLE);
                chunk[HALF + at] = (short) (stored[from + 1] - MIDDLE);
                chunk[at + 1] = (short) (stored[from + 2] - MIDDLE);
                chunk[HALF + at + 1] = (short) (stored[from + 3] - MIDDLE);
            }
        }
        LaneParameters parameters =
                LaneParameters.of(operation.parameters(index, block.group), block.lanes, program::constants);
        return new Part(block, index, weights, corrections, parameters);
    }

    @Override
    void run(Inference inference) {
        Inputs inputs = inference.scratch.inputs();
        int[] outputs = operation.outputs();
        for (Part part : parts) {
            ResultBlock block = part.block();
            byte[] narrow = inference.narrow[operation.tile(part.index())];
            for (int p = 0; p < block.count; p++) {
                inputs.take(narrow, block, p, op.inputZeroPoint());
                int[] sums = inputs.multiply(part.weights());
                int word = shape.firstWord(block.first + p);
                for (int lane = 0; lane < block.lanes; lane += 4) {
                    Words.put(narrow, outputs[word + lane / 4], stored(part, sums, inputs.total, lane));
                }
            }
        }
    }

    /** Stored values of up to four lanes. */
    private int stored(Part part, int[] sums, long total, int first) {
        int word = 0;
        int[] bias = part.parameters().bias();
        float[] scale = part.parameters().scale();
        for (int lane = first; lane < Math.min(first + 4, part.block().lanes); lane++) {
            long sum = sums[lane] + part.corrections()[lane] * total;
            int stored = fast && sum == (int) sum
                    ? requantizer.fast(sum + bias[lane], scale[lane])
                    : requantizer.stored(sum, bias[lane], scale[lane], null);
            word |= stored << 8 * (lane - first);
        }
        return word;
    }
}
