package org.tensorizer.dense;

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
 * Computes a layer whose whole input stands from narrow word 0 on, on every tile that has outputs of it.
 *
 * <pre>
 * 0x14   header rows of the group to the scaling registers, if the format has any; at most one group ahead of the op
 * 0x01   loops: words of 4 inputs, groups of 64 outputs; weights stand behind the header rows and are read once; waits
 *        for the registers. A short last tile has an op of its own.
 * </pre>
 */
final class LayerCode {
    /** First unit of the biases in the scaling registers; the scales start at 0. */
    private static final int BIAS_UNIT = 64;

    private final PlacedLayer layer;
    private final Quantization quantization;

    LayerCode(PlacedLayer layer, Quantization quantization) {
        this.layer = layer;
        this.quantization = quantization;
    }

    void emit(ProgramBuilder program) {
        if (layer.shape().format().headerRows() > 0) {
            program.add(readHeader());
        }
        layer.parts().forEach(part -> program.add(op(part)));
    }

    /** Scale and bias rows; the op reads the row of the zero points itself. */
    private Instruction readHeader() {
        ParameterFormat format = layer.shape().format();
        int rows = format == ParameterFormat.PER_CHANNEL_BIAS ? 2 : 1;
        int rowUnits = Chip.ROW_BYTES / Chip.SCALING_UNIT_BYTES;
        Instruction reader = Instruction.of(Opcode.WIDE_TO_NARROW)
                .set(TileInstruction.TILES, layer.outputs().mask())
                .set(WideToNarrow.TO_SCALING)
                .set(WideToNarrow.PACK, 1);
        WideToNarrow.ROWS.set(reader, Loops.from(layer.firstRow()).step(1, rows));
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

    private Instruction op(PlacedLayer.Part part) {
        int groups = layer.outputs().groupsPerTile();
        Instruction op = Instruction.of(Opcode.MULTIPLY_ACCUMULATE)
                .set(TileInstruction.TILES, part.tiles())
                .set(Op.WEIGHTS_FROM_RING)
                .set(Op.FRESH_SUMS)
                .set(Op.SUMS_INSIDE)
                .set(Op.GROUP_LEVEL, 1)
                .set(Op.REDUCED, 1);
        Op.rounds(op, layer.inputWords(), groups);
        walks(op, part, groups);
        header(op);
        quantize(op);
        Op.SIGNAL_OUTPUTS.set(op, 2);
        Op.SIGNAL_WEIGHTS.set(op, 1);
        return op;
    }

    private void walks(Instruction op, PlacedLayer.Part part, int groups) {
        int inputBytes = Chip.WORD_BYTES * layer.inputWords();
        int words = PlacedLayer.words(part.channels());
        int fullGroup = Math.min(Chip.LANES, layer.shape().outputs());
        int group = Math.min(PlacedLayer.words(Chip.LANES), words);

        // the whole input, once for each group; the loops between would be rows and columns of an image
        Op.ACTIVATIONS.set(
                op,
                Loops.from(0)
                        .step(Chip.WORD_BYTES, layer.inputWords())
                        .step(inputBytes, 1)
                        .step(inputBytes, 1)
                        .repeat(groups));

        // the words of a group, then the next group; the loop between would be the position in an image
        int position = PlacedLayer.words(Chip.LANES) * (groups - 1) + group;
        Op.OUTPUTS.set(
                op,
                Loops.from(Chip.WORD_BYTES * layer.outputWord())
                        .step(Chip.WORD_BYTES, group)
                        .step(Chip.WORD_BYTES * position, 1)
                        .step(Chip.WORD_BYTES * PlacedLayer.words(fullGroup), groups));

        Loops.Builder weights = Loops.from(4 * layer.weightRow()).step(4, layer.inputWords());
        Loops.Builder sums = Loops.from(0).repeat(layer.inputWords()).repeat(groups);
        if (groups > 1) {
            weights.step(4 * layer.inputWords(), groups);
            sums.window(1, 4);
        }
        Op.WEIGHTS.set(op, weights);
        Op.SUMS.set(op, sums);

        int lanes = groups > 1 ? Chip.LANES : words * DenseShape.INPUTS_PER_ROW;
        op.set(Op.LANES, lanes - 1L).set(Op.LANES_LAST, lanes - 1L);
    }

    private void header(Instruction op) {
        ParameterFormat format = layer.shape().format();
        op.set(Op.FORMAT, format.code());
        if (format.headerRows() > 0) {
            Op.WAITS.set(op, 0, Wait.data(TileCounter.WIDE_TO_SCALING, 1, 1, 1));
        }
        if (format.isPerChannel()) {
            int zeroPoints = layer.firstRow() + format.headerRows() - 1;
            op.set(Op.ZERO_POINT_ROWS)
                    .set(Op.ZERO_POINT_FIRST, zeroPoints)
                    .set(Op.ZERO_POINT_STEP, 1)
                    .set(Op.ZERO_POINT_LAST, zeroPoints);
        }
    }

    private void quantize(Instruction op) {
        boolean perChannel = layer.shape().format().isPerChannel();
        Activation activation = layer.shape().activation();
        op.set(Op.INPUT_ZERO_POINT, quantization.inputZeroPoint())
                .set(Op.WEIGHT_ZERO_POINT, perChannel ? 0 : quantization.weightZeroPoint())
                .set(Op.OUTPUT_ZERO_POINT, quantization.outputZeroPoint())
                .setFloat(Op.MULTIPLIER, perChannel ? 1f : Requantization.multiplier(quantization))
                .setFloat(Op.CLAMP_MAX, Requantization.clampMax(quantization, activation))
                .setFloat(Op.CLAMP_MIN, Requantization.clampMin(quantization, activation));
    }
}
