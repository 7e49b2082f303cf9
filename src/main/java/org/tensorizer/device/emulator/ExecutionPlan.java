package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A program with its parameters in place: what an inference runs. Not thread-safe, it owns its working memory. */
final class ExecutionPlan {
    private record Step(int[] activations, int zeroPoint, List<WeightBlock> blocks) {}

    private final List<Step> steps = new ArrayList<>();
    private final int inputBytes;
    private final int[] output;
    private final Rounding rounding;
    private final byte[] arena;
    private final MultiplyAccumulate unit = new MultiplyAccumulate();

    /** @param payload the parameters that are in the chip; little-endian, offsets from 0 */
    ExecutionPlan(LinkedProgram program, ByteBuffer payload, ChipParameters chip) {
        Dataflow dataflow = program.dataflow();
        inputBytes = dataflow.inputBytes();
        output = dataflow.output();
        rounding = chip.rounding();
        arena = new byte[dataflow.words() * ChipParameters.WORD];
        for (LinkedProgram.Stage stage : program.stages()) {
            List<WeightBlock> blocks = stage.blocks().stream()
                    .map(block -> WeightBlock.decode(block, payload, chip))
                    .toList();
            steps.add(new Step(stage.activations(), stage.zeroPoint(), blocks));
        }
    }

    /**
     * One inference in the chip's unsigned domain.
     *
     * @param in at most {@code inputBytes}; what is missing is 0
     * @param out at most {@code outputBytes} are written, padding is 0
     */
    void run(byte[] in, byte[] out) {
        System.arraycopy(in, 0, arena, 0, in.length);
        Arrays.fill(arena, in.length, inputBytes, (byte) 0);
        for (Step step : steps) {
            unit.take(arena, step.activations(), step.zeroPoint());
            for (WeightBlock block : step.blocks()) {
                int[] accumulators = unit.multiply(block.weights);
                requantize(block, accumulators, out.length);
            }
        }
        for (int i = 0; i < out.length; i++) {
            int word = output[i / ChipParameters.WORD];
            out[i] = word == NarrowMemory.UNWRITTEN ? 0 : arena[word * ChipParameters.WORD + i % ChipParameters.WORD];
        }
    }

    private void requantize(WeightBlock block, int[] accumulators, int outputs) {
        OutputScaling scaling = block.group.op().requantization();
        int at = block.group.firstWord() * ChipParameters.WORD;
        for (int lane = 0; lane < block.scales.length; lane++) {
            long sum = accumulators[lane] + block.corrections[lane] * unit.total() + block.biases[lane];
            float value = (float) sum * block.scales[lane];
            if (sum != (int) sum || sum == Integer.MIN_VALUE || Float.isNaN(value)) {
                if (isPadding(at + lane, outputs)) {
                    arena[at + lane] = 0;
                    continue;
                }
                throw refused(
                        block,
                        lane,
                        Float.isNaN(value)
                                ? "scale " + block.scales[lane] + " times " + sum + " is no number"
                                : "the accumulator would be " + sum + ", beyond int32");
            }
            float clamped = Math.min(Math.max(value, scaling.min()), scaling.max());
            arena[at + lane] = (byte) (rounding.round(clamped) + scaling.outputZeroPoint());
        }
    }

    /** Whether nobody sees a byte: no later layer reads it, and the host has no place for it. */
    private boolean isPadding(int index, int outputs) {
        int word = index / ChipParameters.WORD;
        for (Step step : steps) {
            if (Arrays.stream(step.activations()).anyMatch(read -> read == word)) {
                return false;
            }
        }
        for (int i = index % ChipParameters.WORD; i < outputs; i += ChipParameters.WORD) {
            if (output[i / ChipParameters.WORD] == word) {
                return false;
            }
        }
        return true;
    }

    private static UnsupportedProgramException refused(WeightBlock block, int lane, String problem) {
        return block.group.op().at().refused("tile " + block.group.tile() + ", lane " + lane + ": " + problem);
    }
}
