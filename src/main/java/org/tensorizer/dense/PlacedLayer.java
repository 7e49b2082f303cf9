package org.tensorizer.dense;

import java.util.List;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;
import org.tensorizer.isa.WideToNarrow;

/**
 * A Dense layer, where it lives in the memories of the tiles that compute it, and how they do.
 *
 * @param shape of the layer
 * @param firstRow of its parameters in wide memory, the same on all its tiles
 * @param outputWord first word of its outputs in narrow memory; its inputs start at word 0
 */
record PlacedLayer(DenseShape shape, int firstRow, int outputWord) {
    /** First unit of the biases in the scaling registers; the scales start at 0. */
    private static final int BIAS_UNIT = Chip.SCALING_UNITS / 2;

    /**
     * Tiles that compute the same number of output channels and so share an instruction.
     *
     * @param tiles mask
     * @param channels output channels of each of them
     */
    record Part(int tiles, int channels) {}

    /** Words of narrow memory that channels take. */
    static int words(int channels) {
        return DenseShape.ceilDiv(channels, DenseShape.INPUTS_PER_ROW);
    }

    int inputWords() {
        return words(shape.inputs());
    }

    Partition outputs() {
        return shape.outputPartition();
    }

    /** All tiles, or all but the short last one and that one. */
    List<Part> parts() {
        Partition outputs = outputs();
        int last = outputs.tiles() - 1;
        return outputs.hasShortLastTile()
                ? List.of(
                        new Part(outputs.mask() >> 1, outputs.tileChannels()),
                        new Part(1 << last, outputs.channels(last)))
                : List.of(new Part(outputs.mask(), outputs.channels(0)));
    }

    /** First row behind the parameters. */
    int endRow() {
        return firstRow + shape.rowsPerTile();
    }

    /** First row of weights. */
    int weightRow() {
        return firstRow + shape.format().headerRows() * outputs().groupsPerTile();
    }

    /**
     * Computes the layer, whose whole input stands from narrow word 0 on, on every tile that has outputs of it.
     *
     * <pre>
     * wideToNarrow   header rows of the group to the scaling registers, if the format has any; at most one group ahead of
     *                the op
     * op             loops: words of 4 inputs, groups of 64 outputs; weights stand behind the header rows and are read once;
     *                waits for the registers. A short last tile has an op of its own.
     * </pre>
     */
    void compute(ProgramBuilder program, Quantization quantization) {
        if (shape.format().headerRows() > 0) {
            program.add(readHeader());
        }
        parts().forEach(part -> program.add(op(part, quantization)));
    }

    /** Scale and bias rows; the op reads the row of the zero points itself. */
    private Instruction readHeader() {
        ParameterFormat format = shape.format();
        int rows = format == ParameterFormat.PER_CHANNEL_BIAS ? 2 : 1;
        int rowUnits = Chip.ROW_BYTES / Chip.SCALING_UNIT_BYTES;
        Instruction reader = Instruction.of(Opcode.WIDE_TO_NARROW)
                .set(TileInstruction.TILES, outputs().mask())
                .set(WideToNarrow.TO_SCALING)
                .set(WideToNarrow.PACK, 1);
        WideToNarrow.ROWS.set(reader, Loops.from(firstRow).step(1, rows));
        WideToNarrow.WORDS.set(
                reader,
                Loops.from(format.isPerChannel() ? 0 : BIAS_UNIT)
                        .step(1, rowUnits)
                        .step(BIAS_UNIT, rows)
                        .window(2, rowUnits));
        WideToNarrow.WAITS.set(reader, 0, Wait.room(TileCounter.AVDATA, 2, -1, 1));
        WideToNarrow.SIGNAL.set(reader, 2);
        return reader;
    }

    private Instruction op(Part part, Quantization quantization) {
        int groups = outputs().groupsPerTile();
        Instruction op = Instruction.of(Opcode.MULTIPLY_ACCUMULATE)
                .set(TileInstruction.TILES, part.tiles())
                .set(Op.WEIGHTS_FROM_RING)
                .set(Op.FRESH_SUMS)
                .set(Op.SUMS_INSIDE)
                .set(Op.GROUP_LEVEL, 1)
                .set(Op.REDUCED, 1);
        Op.rounds(op, inputWords(), groups);
        walks(op, part, groups);
        header(op);
        quantize(op, quantization);
        Op.SIGNAL_OUTPUTS.set(op, 2);
        Op.SIGNAL_WEIGHTS.set(op, 1);
        return op;
    }

    private void walks(Instruction op, Part part, int groups) {
        int inputBytes = Chip.WORD_BYTES * inputWords();
        int partWords = words(part.channels());
        int fullGroup = Math.min(Chip.LANES, shape.outputs());
        int group = Math.min(words(Chip.LANES), partWords);

        // the whole input, once for each group; the loops between would be rows and columns of an image
        Op.ACTIVATIONS.set(
                op,
                Loops.from(0)
                        .step(Chip.WORD_BYTES, inputWords())
                        .step(inputBytes, 1)
                        .step(inputBytes, 1)
                        .repeat(groups));

        // the words of a group, then the next group; the loop between would be the position in an image
        int position = words(Chip.LANES) * (groups - 1) + group;
        Op.OUTPUTS.set(
                op,
                Loops.from(Chip.WORD_BYTES * outputWord)
                        .step(Chip.WORD_BYTES, group)
                        .step(Chip.WORD_BYTES * position, 1)
                        .step(Chip.WORD_BYTES * words(fullGroup), groups));

        Loops.Builder weights = Loops.from(4 * weightRow()).step(4, inputWords());
        Loops.Builder sums = Loops.from(0).repeat(inputWords()).repeat(groups);
        if (groups > 1) {
            weights.step(4 * inputWords(), groups);
            sums.window(1, 4);
        }
        Op.WEIGHTS.set(op, weights);
        Op.SUMS.set(op, sums);

        int lanes = groups > 1 ? Chip.LANES : partWords * DenseShape.INPUTS_PER_ROW;
        op.set(Op.LANES, lanes - 1L).set(Op.LANES_LAST, lanes - 1L);
    }

    private void header(Instruction op) {
        ParameterFormat format = shape.format();
        op.set(Op.FORMAT, format.code());
        if (format.headerRows() > 0) {
            Op.WAITS.set(op, 0, Wait.data(TileCounter.WIDE_TO_SCALING, 1, 1, 1));
        }
        if (format.isPerChannel()) {
            int zeroPoints = firstRow + format.headerRows() - 1;
            op.set(Op.ZERO_POINT_ROWS)
                    .set(Op.ZERO_POINT_FIRST, zeroPoints)
                    .set(Op.ZERO_POINT_STEP, 1)
                    .set(Op.ZERO_POINT_LAST, zeroPoints);
        }
    }

    private void quantize(Instruction op, Quantization quantization) {
        boolean perChannel = shape.format().isPerChannel();
        Activation activation = shape.activation();
        op.set(Op.INPUT_ZERO_POINT, quantization.inputZeroPoint())
                .set(Op.WEIGHT_ZERO_POINT, perChannel ? 0 : quantization.weightZeroPoint())
                .set(Op.OUTPUT_ZERO_POINT, quantization.outputZeroPoint())
                .setFloat(Op.MULTIPLIER, perChannel ? 1f : quantization.multiplier())
                .setFloat(Op.CLAMP_MAX, quantization.clampMax(activation))
                .setFloat(Op.CLAMP_MIN, quantization.clampMin(activation));
    }
}
