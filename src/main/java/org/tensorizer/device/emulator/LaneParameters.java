package org.tensorizer.device.emulator;

import org.tensorizer.isa.Chip;

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
