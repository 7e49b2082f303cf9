package org.tensorizer.device.emulator;

import java.util.Arrays;
import org.tensorizer.dense.ParameterFormat;

/**
 * TENSOR: for each group of outputs, 64 accumulators of products of weights and activations, then scale, clamp, round
 * and zero point.
 *
 * @param lanes that compute, a multiple of 4
 * @param steps words of activations and rows of weights of a group
 * @param groups of outputs
 * @param activations addresses in narrow memory, group after group
 * @param weights rows of wide memory, group after group
 * @param outputs addresses in narrow memory, group after group
 * @param format what the header rows hold
 * @param requantization constants
 * @param arena takes the outputs
 */
record TensorOperation(
        Encoded at,
        int lanes,
        int steps,
        int groups,
        int[] activations,
        int[] weights,
        int[] outputs,
        ParameterFormat format,
        OutputScaling requantization,
        Arena arena)
        implements TileOperation {
    private static final int HEADER = 0x4b;
    private static final int ACCUMULATOR_LOOPS = 8;

    static TensorOperation decode(Encoded at, Arena arena) {
        int[] activations = LoopNest.addresses(at, "activations");
        int[] weights = LoopNest.addresses(at, "weights");
        int[] outputs = LoopNest.addresses(at, "outputs");
        int steps = at.get("input.limit") + 1;
        int groups = at.get("group.limit") + 1;
        int lanes = at.get("lanes.a") + 1;
        at.require(
                steps <= ChipParameters.WIDE_ROWS,
                "%d weight rows a group, a tile has %d",
                steps,
                ChipParameters.WIDE_ROWS);
        checkLoops(at, steps, groups, activations.length, weights.length);
        at.requireEqual("lanes.b", at.get("lanes.a"), at.get("lanes.b"));
        at.require(lanes % ChipParameters.WORD == 0, "%d lanes are no whole words", lanes);
        at.requireEqual("output words", (long) groups * lanes / ChipParameters.WORD, outputs.length);
        at.require(Arrays.stream(outputs).distinct().count() == outputs.length, "writes an output word twice");
        LoopNest.requireWithin(at, "word of narrow memory", outputs, ChipParameters.NARROW_WORDS);
        LoopNest.requireWithin(at, "row of wide memory", weights, ChipParameters.WIDE_ROWS);
        ParameterFormat format = format(at);
        at.require(
                groups == 1 || format.headerRows() == 0,
                "header rows with %d groups a tile: no reference knows how they stand",
                groups);
        return new TensorOperation(
                at, lanes, steps, groups, activations, weights, outputs, format, OutputScaling.read(at, format), arena);
    }

    private static void checkLoops(Encoded at, int steps, int groups, int activations, int weights) {
        at.requireEqual("accumulator.limit0", steps - 1L, at.get("accumulator.limit0"));
        at.requireEqual("accumulator.limit1", groups - 1L, at.get("accumulator.limit1"));
        for (int j = 0; j < ACCUMULATOR_LOOPS; j++) {
            at.requireEqual("accumulator.stride" + j, 0, at.get("accumulator.stride" + j));
            if (j > 1) {
                at.requireEqual("accumulator.limit" + j, 0, at.get("accumulator.limit" + j));
            }
        }
        long all = (long) steps * groups;
        at.requireEqual("activation words", all, activations);
        at.requireEqual("weight rows", all, weights);
        int several = groups > 1 ? 1 : 0;
        at.requireEqual("weights.active, loops from 1 on", several, at.get("weights.active") >> 1);
        at.requireEqual("several.1514", several, at.get("several.1514"));
        at.requireEqual("several.1519", several, at.get("several.1519"));
    }

    private static ParameterFormat format(Encoded at) {
        ParameterFormat format = ParameterFormat.of(at.get("format"));
        int header = format.headerRows() > 0 ? 1 : 0;
        int perChannel = format.isPerChannel() ? 1 : 0;
        int bias = format.hasBias() ? 1 : 0;
        at.requireEqual("header.1580", HEADER * header, at.get("header.1580"));
        at.requireEqual("header.1602", header, at.get("header.1602"));
        at.requireEqual("header.1618", header, at.get("header.1618"));
        at.requireEqual("per-channel", perChannel, at.get("per-channel"));
        at.requireEqual("header.zero-point-row", perChannel * (1L + bias), at.get("header.zero-point-row"));
        at.requireEqual("header.bias-row", perChannel, at.get("header.bias-row"));
        at.requireEqual("header.zero-point-row2", perChannel * (1L + bias), at.get("header.zero-point-row2"));
        return format;
    }

    @Override
    public int addresses() {
        return activations.length + weights.length + outputs.length;
    }

    @Override
    public Tile.Unit unit() {
        return Tile.Unit.TENSOR;
    }

    /** Waits for the loads of its tile that stand before it: nothing else orders them (assumption). */
    @Override
    public boolean run(Tile tile, Ring ring) {
        TileOperation load = tile.queue(Tile.Unit.WIDE).peek();
        if (load != null && load.at().bit() < at.bit()) {
            return false;
        }
        int headerRow = headerRow(tile);
        int[] words = tile.narrow.read(at, activations);
        for (int row : weights) {
            at.require(tile.wide[row] == null, "weight row %d of tile %d holds activations", row, tile.index);
        }
        int outputWords = lanes / ChipParameters.WORD;
        for (int group = 0; group < groups; group++) {
            OutputGroup made = arena.add(new OutputGroup.Request(
                    this,
                    tile.index,
                    Arrays.copyOfRange(words, group * steps, (group + 1) * steps),
                    Arrays.copyOfRange(weights, group * steps, (group + 1) * steps),
                    headerRow));
            for (int i = 0; i < outputWords; i++) {
                tile.narrow.write(at, outputs[group * outputWords + i], made.firstWord() + i);
            }
        }
        return true;
    }

    private int headerRow(Tile tile) {
        ParameterReader reader = tile.header;
        if (format.headerRows() == 0) {
            return -1;
        }
        at.require(reader != null, "tile %d: no parameter reader brought the header rows", tile.index);
        at.require(reader.format() == format, "tile %d: header rows of %s for %s", tile.index, reader.format(), format);
        at.requireEqual("first weight row", (long) reader.row() + format.headerRows(), at.get("weights.base"));
        tile.header = null;
        return reader.row();
    }
}
