package org.tensorizer.compiler;

import java.util.List;
import org.tensorizer.conv.ConvolutionCode;
import org.tensorizer.conv.ConvolutionOp;
import org.tensorizer.conv.IdentityCode;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.ParameterPlaces.Piece;
import org.tensorizer.conv.PerTile;
import org.tensorizer.conv.PlacedImage;
import org.tensorizer.conv.Progress;
import org.tensorizer.conv.TileMemory.Range;
import org.tensorizer.dense.Elementwise;
import org.tensorizer.dense.ParameterFormat;
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
 * A fully connected layer: packets bring all inputs to every tile that computes; then
 *
 * <pre>
 * in place    wideToNarrow            scales and biases of the tile to the scaling registers
 *             op                      one loop over the words of the input, 64 outputs
 * streamed    {@link ConvolutionCode}         one pixel
 * a function  4 fills, narrowToWide   the identity matrix ({@link IdentityCode})
 *             functionTable           its table
 *             op                      one loop over the words of the outputs
 * </pre>
 *
 * <p>Source: in place with one weight scale as in compiled programs behind a mean. Extrapolated: scales by output there are
 * put together from that form and from the header rows of compiled Dense layers by themselves, no real network shows
 * both; packets of an image, and streaming, are ours. A function: derived from rl_mlp_tanh.
 */
record FullyConnectedCode(ProgramBuilder program, Progress progress, LayerPlan plan) {
    /** Takes the inputs from an image, every tile its part. */
    void gather(PlacedImage image) {
        Packets packets = packets();
        Image shape = image.image();
        for (int tile = 0; tile < Chip.TILES; tile++) {
            int run = shape.columns(tile) * shape.pixelWords();
            for (int y = 0; y < shape.rows(tile); y++) {
                int pixel = (shape.firstRow(tile) + y) * shape.width() + shape.firstColumn(tile);
                for (int x = 0; x < run; x += Chip.LANES) {
                    packets.send(
                            tile,
                            plan.mask(),
                            image.pixel(tile, y, 0) + x,
                            Math.min(Chip.LANES, run - x),
                            plan.gathered().base() + pixel * shape.pixelWords() + x);
                }
            }
        }
        gathered();
    }

    /** Takes the inputs from words of several tiles, at one address. */
    void gather(int source, List<Integer> words) {
        Packets packets = packets();
        int at = plan.gathered().base();
        for (int tile = 0; tile < words.size(); tile++) {
            packets.send(tile, plan.mask(), source, words.get(tile), at);
            at += words.get(tile);
        }
        gathered();
    }

    /** Takes the inputs from words that every tile has. */
    void gather(Range source) {
        Packets packets = packets();
        for (int x = 0; x < source.words(); x += Chip.LANES) {
            int words = Math.min(Chip.LANES, source.words() - x);
            packets.send(
                    0, plan.mask(), source.base() + x, words, plan.gathered().base() + x);
        }
        gathered();
    }

    /**
     * Behind a streamed layer, whose outputs every tile has: 64 of them to one address on each tile, by a packet to itself.
     */
    void spread(int target) {
        Packets packets = packets();
        for (int tile = 0; tile < plan.tiles(); tile++) {
            int source = plan.result().base() + LayerPlan.TILE_WORDS * tile;
            packets.send(tile, 1 << tile, source, plan.words(tile), target);
        }
        gathered();
    }

    private Packets packets() {
        return new Packets(program, progress, Packets.Rows.HIGHEST);
    }

    private void gathered() {
        program.meet().fence(ProgramBuilder.TILE_COUNTERS).scalarFence(0, 0, 0).fence(ProgramBuilder.TILE_COUNTERS);
        progress.clear();
    }

    void computeInPlace() {
        program.add(scaling());
        PerTile.add(program, this::op);
        program.fence(ProgramBuilder.TILE_COUNTERS);
    }

    /** @param identity whether the identity matrix is needed once more, at the word and row that are given */
    void computeStreamed(List<Piece> pieces, boolean identity, int identityWords, int identityRow) {
        new ConvolutionCode(program, plan.stream().orElseThrow(), plan.streamedInput(), plan.streamedResult(), progress)
                .emit(pieces);
        program.fence(ProgramBuilder.TILE_COUNTERS);
        progress.clear();
        if (identity) {
            IdentityCode.again(program, identityWords, identityRow);
        }
        program.fence(ProgramBuilder.TILE_COUNTERS);
    }

    /**
     * A function of the outputs, in their place.
     *
     * @param identityWords four words of narrow memory
     * @param identityRow row of wide memory
     */
    void map(Elementwise element, int identityWords, int identityRow) {
        IdentityCode.again(program, identityWords, identityRow);
        element.table(plan.mask()).ifPresent(program::functionTable);
        PerTile.add(program, tile -> mapping(element, identityRow, tile));
        program.fence(ProgramBuilder.TILE_COUNTERS).fence(ProgramBuilder.TILE_COUNTERS);
    }

    private Instruction mapping(Elementwise element, int identityRow, int tile) {
        int words = plan.isStreamed() ? plan.outputWords() : plan.words(tile);
        if (words == 0) {
            return null;
        }
        Instruction op = element.op();
        Op.rounds(op, words);
        Loops.Builder walk = Loops.from(4 * plan.result().base())
                .step(4, 1)
                .step(4 * LayerPlan.TILE_WORDS, 1)
                .step(4, words);
        Op.ACTIVATIONS.set(op, walk);
        Op.OUTPUTS.set(op, walk);
        Op.WEIGHTS.set(op, Loops.from(4 * identityRow).repeat(words));
        Op.SUMS.set(op, Loops.from(0).repeat(words).window(0, 4));
        Op.WAITS.set(op, 0, Wait.data(TileCounter.NARROW_TO_WIDE, 1, 1, 1));
        Op.SIGNAL_OUTPUTS.set(op, 2);
        Op.SIGNAL_WEIGHTS.set(op, 0);
        return op;
    }

    /** Scales and biases; the zero points stay in their row, where the op reads them. */
    private Instruction scaling() {
        ParameterFormat format = plan.layer().format();
        int rows = (format.isPerChannel() ? 1 : 0) + (format.hasBias() ? 1 : 0);
        Instruction reader = ConvolutionCode.scaling().set(TileInstruction.TILES, plan.mask());
        WideToNarrow.ROWS.set(reader, Loops.from(plan.row()).step(1, rows));
        int half = Chip.SCALING_UNITS / 2;
        WideToNarrow.WORDS.set(
                reader,
                Loops.from(format.isPerChannel() ? 0 : half)
                        .step(1, half / 2)
                        .step(half, rows)
                        .window(2, half / 2));
        WideToNarrow.WAITS.set(reader, 0, Wait.room(TileCounter.AVDATA, 2, -1, 1));
        return reader;
    }

    private Instruction op(int tile) {
        int words = plan.words(tile);
        if (words == 0) {
            return null;
        }
        int inputs = plan.inputWords();
        Head.Layer layer = plan.layer();
        Instruction op = Instruction.of(Opcode.MULTIPLY_ACCUMULATE)
                .set(Op.WEIGHTS_FROM_RING)
                .set(Op.FRESH_SUMS)
                .set(Op.SUMS_INSIDE)
                .set(Op.GROUP_LEVEL, 1)
                .set(Op.REDUCED, 1)
                .set(Op.LANES, 4L * words - 1)
                .set(Op.LANES_LAST, 4L * words - 1);
        ConvolutionOp.quantize(op, layer.format(), layer.quantization(), layer.activation());
        if (layer.format().isPerChannel()) {
            ConvolutionOp.zeroPointRows(op, plan.weightsRow() - 1, 1, 1);
        }
        Op.rounds(op, inputs);
        Op.ACTIVATIONS.set(
                op,
                Loops.from(4 * plan.gathered().base())
                        .step(4, inputs)
                        .step(4 * inputs, 1)
                        .step(4 * inputs, 1));
        Op.OUTPUTS.set(
                op,
                Loops.from(4 * plan.result().base())
                        .step(4, words)
                        .step(4 * words, 1)
                        .step(4 * plan.words(0), 1));
        Op.WEIGHTS.set(op, Loops.from(4 * plan.weightsRow()).step(4, inputs));
        Op.SUMS.set(op, Loops.from(0).repeat(inputs));
        Op.WAITS.set(op, 0, Wait.data(TileCounter.WIDE_TO_SCALING, 1, 1, 1));
        Op.SIGNAL_OUTPUTS.set(op, 2);
        Op.SIGNAL_WEIGHTS.set(op, 1);
        return op;
    }
}
