package org.tensorizer.device.emulator;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.tensorizer.device.InnerResults;
import org.tensorizer.isa.Chip;

/**
 * A linked program with its parameters in place, on a chip: what an inference runs. Weights are unpacked when an op runs
 * for the first time. Thread-safe: each inference has memories of its own.
 */
final class BoundProgram {
    private final LinkedProgram linked;
    private final ChipParameters chip;
    private final byte[] cached;
    private final byte[] parameters;
    private final OpKernel[] kernels;
    private final Definedness.Marks marks;
    private final Deque<Inference> idle = new ConcurrentLinkedDeque<>();

    /**
     * @throws UnsupportedProgramException something that nobody wrote would be used
     * @param cached parameters that are in wide memory; not copied, must not change
     * @param parameters the parameter stream of the program itself
     */
    BoundProgram(LinkedProgram linked, ChipParameters chip, byte[] cached, byte[] parameters) {
        this.linked = linked;
        this.chip = chip;
        this.cached = cached;
        this.parameters = parameters;
        kernels = new OpKernel[linked.steps().size()];
        Definedness.Marks always = linked.marks();
        marks = always.dependsOnWeights() ? Definedness.of(this) : always;
    }

    /** Which results and output bytes are defined. */
    Definedness.Marks marks() {
        return marks;
    }

    LinkedProgram linked() {
        return linked;
    }

    ChipParameters chip() {
        return chip;
    }

    byte[] cached() {
        return cached;
    }

    byte[] parameters() {
        return parameters;
    }

    /** The memory that holds a constant row. */
    byte[] constants(RowBytes row) {
        return row.source() == RowBytes.Source.CACHED ? cached : parameters;
    }

    /** Lanes whose constant weight of a step and input is the zero point: what they meet does not matter. */
    long neutralLanes(Operation operation, int index, int step, int input) {
        TensorOp op = operation.op();
        RowBytes row = operation.row(index, step);
        byte[] bytes = constants(row);
        RowBytes zeros = operation.parameters(index, op.shape().group(step)).zeroPoints();
        int size = op.weightBytes();
        int offset = operation.quarter(step) + input * size;
        long lanes = 0;
        for (int lane = 0; lane < Chip.LANES; lane++) {
            int at = Chip.WORD_BYTES * lane + offset;
            if (at + size > row.length()) {
                break;
            }
            int weight = bytes[row.offset() + at] & 0xff;
            if (size == 2) {
                weight |= (bytes[row.offset() + at + 1] & 0xff) << 8;
            }
            if (weight == zeroPoint(op, zeros, lane)) {
                lanes |= 1L << lane;
            }
        }
        return lanes;
    }

    private int zeroPoint(TensorOp op, RowBytes zeros, int lane) {
        if (zeros == null) {
            return op.weightZeroPoint();
        }
        int at = Chip.WORD_BYTES * lane;
        return zeros.isConstant() && at + 4 <= zeros.length() ? Words.get(constants(zeros), zeros.offset() + at) : -1;
    }

    /** The kernel of an operation. */
    OpKernel kernel(int step) {
        OpKernel kernel = kernels[step];
        if (kernel == null) {
            kernel = OpKernel.of((Operation) linked.steps().get(step), this);
            kernels[step] = kernel; // two threads may both make one: the same
        }
        return kernel;
    }

    /** One inference that nobody listens to. */
    void run(Transfer.Port host) {
        run(host, null);
    }

    /** One inference. */
    void run(Transfer.Port host, InnerResults.Listener listener) {
        Inference inference = idle.poll();
        if (inference == null) {
            inference = new Inference(this);
        }
        inference.run(host, listener);
        idle.push(inference);
    }
}
