package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.dense.ParameterFormat;

/**
 * A dataflow whose weight and header rows are resolved to payload offsets: everything about a program but the payload's
 * bytes. Immutable; patched models of one template share it.
 *
 * @param dataflow what happens to activations
 * @param stages products with one vector of activations each, in order
 */
record LinkedProgram(Dataflow dataflow, List<Stage> stages) {
    /**
     * Products of one vector of activations.
     *
     * @param activations numbers of the activation words, one a step
     * @param zeroPoint stored byte of activation 0
     */
    record Stage(int[] activations, int zeroPoint, List<Block> blocks) {
        boolean sameVector(OutputGroup group) {
            return zeroPoint == group.op().requantization().inputZeroPoint()
                    && Arrays.equals(activations, group.request().activations());
        }
    }

    /**
     * A group of outputs and where its parameters stand in the payload.
     *
     * @param weights offset of each weight row
     * @param scale offset of the float32 scales, -1 if there are none
     * @param bias offset of the int32 biases, -1 if there are none
     * @param zeroPoint offset of the uint32 zero points, -1 if there are none
     */
    record Block(OutputGroup group, int[] weights, int scale, int bias, int zeroPoint) {}

    /** @throws UnsupportedProgramException a row that is read holds no parameters, or not enough of them */
    static LinkedProgram link(Dataflow dataflow, ParameterImage image) {
        List<Stage> stages = new ArrayList<>();
        for (OutputGroup group : dataflow.groups()) {
            Stage last = stages.isEmpty() ? null : stages.get(stages.size() - 1);
            if (last == null || !last.sameVector(group)) {
                last = new Stage(
                        group.request().activations(),
                        group.op().requantization().inputZeroPoint(),
                        new ArrayList<>());
                stages.add(last);
            }
            last.blocks().add(block(dataflow, image, group));
        }
        return new LinkedProgram(dataflow, stages);
    }

    private static Block block(Dataflow dataflow, ParameterImage image, OutputGroup group) {
        OutputGroup.Request request = group.request();
        int[] weights = new int[request.weightRows().length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = offset(dataflow, image, group, "weight", request.weightRows()[i]);
        }
        ParameterFormat format = group.op().format();
        int next = request.headerRow();
        int scale = format.isPerChannel() ? offset(dataflow, image, group, "scale", next++) : -1;
        int bias = format.hasBias() ? offset(dataflow, image, group, "bias", next++) : -1;
        int zeroPoint = format.isPerChannel() ? offset(dataflow, image, group, "zero point", next) : -1;
        return new Block(group, weights, scale, bias, zeroPoint);
    }

    private static int offset(Dataflow dataflow, ParameterImage image, OutputGroup group, String what, int row) {
        TensorOperation op = group.op();
        op.at()
                .require(
                        !dataflow.written()[group.tile()][row],
                        "%s row %d of tile %d is overwritten with activations",
                        what,
                        row,
                        group.tile());
        return image.offset(op.at(), what, group.tile(), row, op.lanes() * ChipParameters.WORD);
    }
}
