package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.tensorizer.isa.Chip;

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
 * @param requantization from accumulators to real values
 * @param network what else may be wrong, where only whole networks show it
 */
public record ChipParameters(
        int lanes,
        int inputs,
        boolean laneFastest,
        boolean reversedLanes,
        OptionalLong permutation,
        WeightCode code,
        Rounding rounding,
        Scaling requantization,
        NetworkFault network) {
    /** A respect in which whole networks differ and a single layer does not. */
    public enum NetworkFault {
        /** The real chip. */
        NONE("none"),
        /** Blocks of words that the mesh moves east arrive last word first. */
        EAST_REVERSED("words of the mesh reversed on their way east"),
        /** Constants that the mesh fills memory with, as at the border of an image, have their lowest bits flipped. */
        OTHER_PADDING("another padding value"),
        /** Every function table is a sixteenth too high. */
        SHIFTED_TABLES("function tables shifted"),
        /** Each layer reads the last 512 bytes of its cached parameters where those of the next one begin. */
        SHIFTED_PARAMETERS("parameters stored 512 bytes early");

        private final String text;

        NetworkFault(String text) {
            this.text = text;
        }
    }

    private static final int SHIFT = 512;

    /** The chip as far as it is known. */
    public static final ChipParameters EDGE_TPU = new ChipParameters(
            64,
            4,
            false,
            false,
            OptionalLong.empty(),
            WeightCode.OFFSET_128,
            Rounding.HALF_TO_EVEN,
            Scaling.FLOAT32,
            NetworkFault.NONE);

    public ChipParameters {
        if (lanes < 1 || lanes > Chip.LANES) {
            throw new IllegalArgumentException("lanes: expected 1.." + Chip.LANES + ", found " + lanes);
        }
        if (inputs < 1) {
            throw new IllegalArgumentException("inputs: expected at least 1, found " + inputs);
        }
    }

    public ChipParameters withLanes(int count) {
        return new ChipParameters(
                count, inputs, laneFastest, reversedLanes, permutation, code, rounding, requantization, network);
    }

    public ChipParameters withInputs(int count) {
        return new ChipParameters(
                lanes, count, laneFastest, reversedLanes, permutation, code, rounding, requantization, network);
    }

    public ChipParameters withLaneFastest(boolean value) {
        return new ChipParameters(
                lanes, inputs, value, reversedLanes, permutation, code, rounding, requantization, network);
    }

    public ChipParameters withReversedLanes(boolean value) {
        return new ChipParameters(
                lanes, inputs, laneFastest, value, permutation, code, rounding, requantization, network);
    }

    public ChipParameters withPermutation(long seed) {
        return new ChipParameters(
                lanes,
                inputs,
                laneFastest,
                reversedLanes,
                OptionalLong.of(seed),
                code,
                rounding,
                requantization,
                network);
    }

    public ChipParameters withCode(WeightCode value) {
        return new ChipParameters(
                lanes, inputs, laneFastest, reversedLanes, permutation, value, rounding, requantization, network);
    }

    public ChipParameters withRounding(Rounding value) {
        return new ChipParameters(
                lanes, inputs, laneFastest, reversedLanes, permutation, code, value, requantization, network);
    }

    /** A chip that differs where only whole networks show it. */
    public ChipParameters withNetwork(NetworkFault value) {
        return new ChipParameters(
                lanes, inputs, laneFastest, reversedLanes, permutation, code, rounding, requantization, value);
    }

    ChipParameters withRequantization(Scaling value) {
        return new ChipParameters(
                lanes, inputs, laneFastest, reversedLanes, permutation, code, rounding, value, network);
    }

    /** All weights of an output one after the other, within a group of outputs. */
    public ChipParameters rowMajor() {
        return withLanes(1).withInputs(Integer.MAX_VALUE).withLaneFastest(false);
    }

    /** All weights of an input one after the other, within a group of outputs. */
    public ChipParameters columnMajor() {
        return withLanes(Chip.LANES).withInputs(1).withLaneFastest(false);
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
        return lanes == Chip.LANES
                && inputs == Chip.WORD_BYTES
                && !laneFastest
                && !reversedLanes
                && permutation.isEmpty();
    }

    int meshConstant(int word) {
        return network == NetworkFault.OTHER_PADDING ? word ^ 0x03030303 : word;
    }

    boolean reverses(MeshMove.Direction direction) {
        return network == NetworkFault.EAST_REVERSED && direction == MeshMove.Direction.EAST;
    }

    /** Cached parameters as they are in wide memory. */
    byte[] stored(byte[] sent) {
        if (network != NetworkFault.SHIFTED_PARAMETERS) {
            return sent;
        }
        byte[] stored = new byte[sent.length];
        for (int i = 0; i < sent.length; i++) {
            stored[i] = sent[(i + SHIFT) % sent.length];
        }
        return stored;
    }

    float tableOffset() {
        return network == NetworkFault.SHIFTED_TABLES ? 1 / 16f : 0;
    }

    /** The integer that a real value becomes. */
    float round(float value) {
        return rounding.round(value);
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
        if (requantization != EDGE_TPU.requantization) {
            parts.add("other requantization");
        }
        if (network != NetworkFault.NONE) {
            parts.add(network.text);
        }
        return parts.isEmpty() ? "Edge TPU" : String.join(", ", parts);
    }

    /** How the chip rounds an output that lies between two integers. Public evidence fits both: they differ on ties only. */
    public enum Rounding {
        HALF_TO_EVEN,
        HALF_AWAY_FROM_ZERO;

        float round(float value) {
            return this == HALF_TO_EVEN
                    ? (float) Math.rint(value)
                    : (float) Math.copySign(Math.floor(Math.abs((double) value) + 0.5), value);
        }
    }

    /** How the chip reads a weight from its stored byte. */
    public enum WeightCode {
        /**
         * The byte is unsigned, 128 means 0 where the zero point is 128. Source: payloads of compiled models next to their
         * sources.
         */
        OFFSET_128,
        /** The byte is a two's complement number. Not the real chip; to see experiments fail. */
        TWOS_COMPLEMENT,
        /** Bit 7 is the sign, the others the magnitude. Not the real chip; to see experiments fail. */
        SIGN_MAGNITUDE;

        /** The unsigned value, 0 to 255, that the multiplier sees for a stored byte. */
        int unsigned(int stored) {
            return switch (this) {
                case OFFSET_128 -> stored;
                case TWOS_COMPLEMENT -> stored ^ 0x80;
                case SIGN_MAGNITUDE -> 128 + (stored < 128 ? stored : 128 - stored);
            };
        }
    }

    /** How an accumulator becomes a real value before it is clamped and rounded. */
    @FunctionalInterface
    public interface Scaling {
        /** Two products in float32, one after the other. Source: layers of whole networks equal it on every byte. */
        Scaling FLOAT32 = (accumulator, scale, multiplier) -> (float) accumulator * scale * multiplier;

        /**
         * @param accumulator sum, bias and constant
         * @param scale of the lane, 1 where the op has one for all
         * @param multiplier M
         */
        float scaled(int accumulator, float scale, float multiplier);
    }
}
