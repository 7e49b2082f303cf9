package org.tensorizer.network.trace;

import java.util.Arrays;
import org.tensorizer.device.emulator.Operation;

/** A resize: four pixels a result. */
final class ResizeTrace extends OpTrace {
    private final int[] sources;
    private final int[] phaseX;
    private final int[] phaseY;

    ResizeTrace(TraceContext context, Operation operation, int index, OpInstruction instruction, int number) {
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
