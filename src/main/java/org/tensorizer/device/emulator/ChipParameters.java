package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * How an emulated chip reads the weight rows that a program placed in its wide memory. The program stays the same, the
 * chip differs: an experiment on the layout must be refuted on every chip but {@link #EDGE_TPU}, and a recovery must
 * find each chip's own layout.
 *
 * <p>The rows of a group of outputs are one sequence of bytes, row after row. It is cut into tiles of
 * {@code lanes * inputs} bytes; tile after tile along the inputs, then along the lanes. The last tile of each is smaller
 * where the numbers do not divide. The real chip has 64 lanes and 4 inputs: a tile is a row. Scales, biases and zero
 * points are read alike by all chips.
 *
 * <p>Source of the real values: derived from all cells of three compiled models, and from outputs of rewired programs.
 *
 * @param lanes outputs of a tile, 1 to 64
 * @param inputs inputs of a tile, at least 1; more than the layer has means all
 * @param laneFastest within a tile the lane is the inner index, byte = input * lanes + lane; else byte = lane * inputs +
 *     input
 * @param reversedLanes lane l of a group takes the weights of the last lane minus l
 * @param permutation seed of a random order of the bytes within a tile, the same in every tile; empty for none
 * @param code how a stored byte becomes a weight
 * @param rounding of outputs
 */
public record ChipParameters(
        int lanes,
        int inputs,
        boolean laneFastest,
        boolean reversedLanes,
        OptionalLong permutation,
        WeightCode code,
        Rounding rounding) {
    /** The chip as far as it is known. */
    public static final ChipParameters EDGE_TPU =
            new ChipParameters(64, 4, false, false, OptionalLong.empty(), WeightCode.OFFSET_128, Rounding.HALF_TO_EVEN);

    /** Outputs that share a weight row: what the instructions count in. */
    static final int LANES = 64;

    /** Activations in a word of narrow memory. */
    static final int WORD = 4;

    /** Bytes of a row of wide memory. */
    static final int ROW_BYTES = LANES * WORD;

    /** Tiles of the chip, a grid of 4 x 4. */
    static final int TILES = 16;

    /**
     * Rows of wide memory of a tile. Source: likely; staging rows of compiled programs end there, and the compiler stops
     * caching parameters where they would not fit any more.
     */
    static final int WIDE_ROWS = 2080;

    /** Words of narrow memory of a tile. Assumption: only a bound for addresses. */
    static final int NARROW_WORDS = 16384;

    /** Bytes of the infeed buffer. Source: likely; credits and addresses of compiled programs. */
    static final int INFEED_BYTES = 131072;

    public ChipParameters {
        if (lanes < 1 || lanes > LANES) {
            throw new IllegalArgumentException("lanes: expected 1.." + LANES + ", found " + lanes);
        }
        if (inputs < 1) {
            throw new IllegalArgumentException("inputs: expected at least 1, found " + inputs);
        }
    }

    public ChipParameters withLanes(int count) {
        return new ChipParameters(count, inputs, laneFastest, reversedLanes, permutation, code, rounding);
    }

    public ChipParameters withInputs(int count) {
        return new ChipParameters(lanes, count, laneFastest, reversedLanes, permutation, code, rounding);
    }

    public ChipParameters withLaneFastest(boolean value) {
        return new ChipParameters(lanes, inputs, value, reversedLanes, permutation, code, rounding);
    }

    public ChipParameters withReversedLanes(boolean value) {
        return new ChipParameters(lanes, inputs, laneFastest, value, permutation, code, rounding);
    }

    public ChipParameters withPermutation(long seed) {
        return new ChipParameters(lanes, inputs, laneFastest, reversedLanes, OptionalLong.of(seed), code, rounding);
    }

    public ChipParameters withCode(WeightCode value) {
        return new ChipParameters(lanes, inputs, laneFastest, reversedLanes, permutation, value, rounding);
    }

    public ChipParameters withRounding(Rounding value) {
        return new ChipParameters(lanes, inputs, laneFastest, reversedLanes, permutation, code, value);
    }

    /** All weights of an output one after the other, within a group of outputs. */
    public ChipParameters rowMajor() {
        return withLanes(1).withInputs(Integer.MAX_VALUE).withLaneFastest(false);
    }

    /** All weights of an input one after the other, within a group of outputs. */
    public ChipParameters columnMajor() {
        return withLanes(LANES).withInputs(1).withLaneFastest(false);
    }

    /**
     * Chips that read weights differently from {@link #EDGE_TPU}, each in one respect. On every one of them an experiment
     * on where weights stand or how they are stored must be refuted.
     */
    public static List<ChipParameters> wrongChips() {
        List<ChipParameters> chips = new ArrayList<>();
        for (int lanes : new int[] {8, 16, 32}) {
            chips.add(EDGE_TPU.withLanes(lanes));
        }
        for (int inputs : new int[] {1, 2, 8}) {
            chips.add(EDGE_TPU.withInputs(inputs));
        }
        chips.add(EDGE_TPU.withLaneFastest(true));
        chips.add(EDGE_TPU.withReversedLanes(true));
        chips.add(EDGE_TPU.withPermutation(1));
        chips.add(EDGE_TPU.withCode(WeightCode.TWOS_COMPLEMENT));
        chips.add(EDGE_TPU.withCode(WeightCode.SIGN_MAGNITUDE));
        chips.add(EDGE_TPU.rowMajor());
        return List.copyOf(chips);
    }

    /** Whether weight rows are read as the real chip reads them: a row is 64 lanes of 4 inputs, in order. */
    boolean readsRowsInOrder() {
        return lanes == LANES && inputs == WORD && !laneFastest && !reversedLanes && permutation.isEmpty();
    }

    /** The respects in which the chip differs from {@link #EDGE_TPU}, such as {@code 32 lanes}. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        if (lanes != EDGE_TPU.lanes) {
            parts.add(lanes + " lanes");
        }
        if (inputs != EDGE_TPU.inputs) {
            parts.add(inputs == Integer.MAX_VALUE ? "all inputs of a lane in a row" : inputs + " inputs");
        }
        if (laneFastest) {
            parts.add("lane fastest");
        }
        if (reversedLanes) {
            parts.add("lanes reversed");
        }
        permutation.ifPresent(seed -> parts.add("bytes permuted by seed " + seed));
        if (code != EDGE_TPU.code) {
            parts.add(code == WeightCode.TWOS_COMPLEMENT ? "two's complement weights" : "sign and magnitude weights");
        }
        if (rounding != EDGE_TPU.rounding) {
            parts.add("rounds half away from zero");
        }
        return parts.isEmpty() ? "Edge TPU" : String.join(", ", parts);
    }
}
