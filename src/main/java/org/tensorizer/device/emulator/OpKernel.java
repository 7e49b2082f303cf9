package org.tensorizer.device.emulator;

import java.util.List;

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
            return new ResizeKernel(operation);
        }
        List<ResultBlock> blocks = ResultBlock.of(operation);
        OpKernel kernel = blocks == null ? null : VectorKernel.of(operation, program, blocks);
        if (kernel == null && blocks != null) {
            kernel = MatrixKernel.of(operation, program, blocks);
        }
        return kernel != null ? kernel : new StepKernel(operation, program);
    }

    abstract void run(Inference inference);
}
