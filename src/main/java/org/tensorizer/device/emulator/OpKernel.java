package org.tensorizer.device.emulator;

import java.util.List;
import org.tensorizer.isa.Chip;

/** An operation prepared to run again and again. Thread-safe: all that changes is in the {@link Inference}. */
abstract class OpKernel {
    final Operation operation;
    final TensorOp op;
    final OpShape shape;

    OpKernel(Operation operation) {
        this.operation = operation;
        op = operation.op();
        shape = op.shape();
    }

    static OpKernel of(Operation operation, BoundProgram program) {
        if (operation.op().resize() != null) {
            return new ResizeGeometry.Kernel(operation);
        }
        List<ResultBlock> blocks = ResultBlock.of(operation);
        OpKernel kernel = blocks == null ? null : VectorKernel.of(operation, program, blocks);
        if (kernel == null && blocks != null) {
            kernel = MatrixKernel.of(operation, program, blocks);
        }
        return kernel != null ? kernel : new StepKernel(operation, program);
    }

    abstract void run(Inference inference);

    /** Bias and scale of each lane of a channel group. */
    record LaneParameters(int[] bias, float[] scale) {
        static LaneParameters of(Operation.GroupParameters group, int lanes, WeightRows.Memory memory) {
            int[] bias = new int[lanes];
            float[] scale = new float[lanes];
            for (int lane = 0; lane < lanes; lane++) {
                int at = Chip.WORD_BYTES * lane;
                bias[lane] = group.bias() == null
                        ? 0
                        : Words.get(memory.of(group.bias()), group.bias().offset() + at);
                scale[lane] = group.scale() == null
                        ? 1
                        : Words.getFloat(memory.of(group.scale()), group.scale().offset() + at);
            }
            return new LaneParameters(bias, scale);
        }
    }
}
