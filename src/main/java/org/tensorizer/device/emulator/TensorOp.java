package org.tensorizer.device.emulator;

import java.util.Arrays;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Resize;
import org.tensorizer.isa.Wait;

/**
 * An op (0x01, 0x02, 0x03) or resize (0x05): walks, modes and constants. What its steps add up to is its
 * {@link #shape()}.
 */
public final class TensorOp extends TileCommand {
    private final AddressWalk rounds;
    private final AddressWalk activations;
    private final AddressWalk outputs;
    private final AddressWalk weights;
    private final AddressWalk sums;
    final int signalOutputs;
    final int signalWeights;
    final Wait[] waits;
    private final boolean wideActivations;
    private final boolean wideWeights;
    private final int weightZeroPoint;
    private final int inputZeroPoint;
    final int groupLevel;
    final int reduced;
    final int lanesLast;
    private final int lanes;
    private final int inputs;
    private final boolean throughTable;
    private final boolean tableByFours;
    private final boolean wideResults;
    private final float multiplier;
    private final float clampMax;
    private final float clampMin;
    private final int constant;
    private final int outputZeroPoint;
    private final int format;
    private final boolean oddTable;
    private final ResizeGeometry resize;
    private volatile OpShape shape;

    TensorOp(InstructionSite site) {
        super(site);
        int longest = longest();
        rounds = counting(longest);
        boolean reads = opcode() == Opcode.MULTIPLY_ACCUMULATE || opcode() == Opcode.RESIZE;
        activations = reads ? walk("activations", Op.ACTIVATIONS.get(instruction()), 0, longest) : null;
        outputs = walk("outputs", Op.OUTPUTS.get(instruction()), 0, longest);
        weights = walk("weights", Op.WEIGHTS.get(instruction()), 0, longest);
        sums = walk("sums", Op.SUMS.get(instruction()), 0, longest);
        signalOutputs = Op.SIGNAL_OUTPUTS.level(instruction());
        signalWeights = Op.SIGNAL_WEIGHTS.level(instruction());
        waits = waits(Op.WAITS.get(instruction()));
        wideActivations = instruction().isSet(Op.WIDE_ACTIVATIONS);
        wideWeights = instruction().isSet(Op.WIDE_WEIGHTS);
        weightZeroPoint = instruction().getInt(Op.WEIGHT_ZERO_POINT);
        inputZeroPoint = instruction().getInt(Op.INPUT_ZERO_POINT);
        groupLevel = instruction().getInt(Op.GROUP_LEVEL);
        reduced = instruction().getInt(Op.REDUCED);
        lanesLast = instruction().getInt(Op.LANES_LAST) + 1;
        lanes = instruction().getInt(Op.LANES) + 1;
        throughTable = instruction().isSet(Op.THROUGH_TABLE);
        tableByFours = instruction().isSet(Op.TABLE_BY_FOURS);
        wideResults = instruction().isSet(Op.WIDE_RESULTS);
        int full = wideActivations && wideWeights ? 1 : wideActivations || wideWeights ? 2 : 4;
        int off = instruction().getInt(Op.INPUTS_OFF);
        site.require(
                off == 0 || off == 7 && full == 4 || off == 6 && full == 2,
                "multiplier mask %d with %d inputs",
                off,
                full);
        inputs = off == 0 ? full : 1;
        if (opcode() == Opcode.RESIZE) {
            multiplier = instruction().getFloat(Resize.MULTIPLIER);
            clampMax = Float.POSITIVE_INFINITY;
            clampMin = Float.NEGATIVE_INFINITY;
            constant = 0;
            outputZeroPoint = 0;
            format = 0;
            oddTable = false;
            resize = new ResizeGeometry(this, off);
        } else {
            multiplier = instruction().getFloat(Op.MULTIPLIER);
            clampMax = instruction().getFloat(Op.CLAMP_MAX);
            clampMin = instruction().getFloat(Op.CLAMP_MIN);
            constant = instruction().getInt(Op.CONSTANT);
            outputZeroPoint = instruction().getInt(Op.OUTPUT_ZERO_POINT);
            format = instruction().getInt(Op.FORMAT);
            int odd = instruction().getInt(Op.ODD_TABLE);
            site.require(odd == 0 || odd == 3, "table mode %d", odd);
            oddTable = odd == 3;
            resize = null;
            site.require(
                    isFresh() || !sumsInside() && opcode() == Opcode.MULTIPLY_ACCUMULATE,
                    "goes on with the sums of another operation");
            site.require(!hasScales() || weightZeroPoint == 0, "scale by lane with one weight zero point");
        }
        requireInside();
    }

    /**
     * Elements of a walk that are laid out: those of deep convolutions are long, but then weights and sums go as far as the
     * loops, and one that goes further alone is damaged.
     */
    private int longest() {
        long[] totals = {
            total(Op.limits(instruction())),
            total(Op.WEIGHTS.get(instruction()).limits()),
            total(Op.SUMS.get(instruction()).limits())
        };
        Arrays.sort(totals);
        return (int) Math.max(AddressWalk.LONG, Math.min(AddressWalk.LONGEST, totals[1]));
    }

    private static long total(int[] limits) {
        return Arrays.stream(limits)
                .asLongStream()
                .reduce(1, (total, limit) -> Math.min(AddressWalk.LONGEST, total) * (limit + 1));
    }

    private AddressWalk counting(int longest) {
        try {
            return AddressWalk.counting(
                    Op.limits(instruction()),
                    instruction().getInt(Op.LOOP_TAIL),
                    instruction().getInt(Op.LOOP_TAIL_LEVEL),
                    longest);
        } catch (IllegalArgumentException e) {
            throw site().refused("loops: %s", e.getMessage());
        }
    }

    private void requireInside() {
        if (activations != null && resize == null) {
            int bytes = inputs * (wideActivations ? 2 : 1);
            activations.requireWithin(site(), "activation byte", bytes, Chip.NARROW_BYTES);
        }
        outputs.requireWithin(site(), "output byte", Chip.WORD_BYTES, Chip.NARROW_BYTES);
        if (resize == null) {
            weights.requireWithin(site(), "weight quarter", 1, 4 * Chip.WIDE_ROWS);
            sums.requireWithin(site(), "sums quarter", 1, 4 * Chip.WIDE_ROWS);
        }
    }

    /** How steps make up results; computed once. */
    public OpShape shape() {
        if (shape == null) {
            shape = resize == null ? OpShape.of(this) : OpShape.ofResize(this); // by two threads: the same
        }
        return shape;
    }

    /** The op's own loops. */
    public AddressWalk rounds() {
        return rounds;
    }

    /** Byte address of the activations of each step, or of each tap of a resize; null for 0x02 and 0x03. */
    public AddressWalk activations() {
        return activations;
    }

    /** Byte address of each word of results. */
    public AddressWalk outputs() {
        return outputs;
    }

    /** Quarter row ({@code 4 * row + quarter}) of the weights of each step. */
    public AddressWalk weights() {
        return weights;
    }

    /** Quarter row of the sums of each step. */
    public AddressWalk sums() {
        return sums;
    }

    /** Whether sums start from zero; else they go on from what their row holds. */
    public boolean isFresh() {
        return instruction().isSet(Op.FRESH_SUMS);
    }

    /** Whether sums stay inside; else they replace a wide row, 64 little-endian int32. */
    public boolean sumsInside() {
        return instruction().isSet(Op.SUMS_INSIDE);
    }

    /** Bytes of an activation, 1 or 2. */
    public int activationBytes() {
        return wideActivations ? 2 : 1;
    }

    /** Bytes of a weight, 1 or 2. */
    public int weightBytes() {
        return wideWeights ? 2 : 1;
    }

    /** Bytes of a result, 1 or 2. */
    public int resultBytes() {
        return wideResults ? 2 : 1;
    }

    /** Inputs that a lane multiplies in a step, 1, 2 or 4. */
    public int inputs() {
        return inputs;
    }

    /** Lanes of every channel group but the last. */
    public int lanes() {
        return lanes;
    }

    /** Whether weight zero points come from wide rows, by lane. */
    public boolean hasZeroPointRows() {
        return instruction().isSet(Op.ZERO_POINT_ROWS);
    }

    /** Stored value of weight 0 where it is one for all lanes. */
    public int weightZeroPoint() {
        return weightZeroPoint;
    }

    /** Stored value of activation 0. */
    public int inputZeroPoint() {
        return inputZeroPoint;
    }

    /** Wide row with the zero points of a channel group. */
    int zeroPointRow(int group) {
        int first = instruction().getInt(Op.ZERO_POINT_FIRST);
        int pitch = instruction().getInt(Op.ZERO_POINT_STEP);
        int last = instruction().getInt(Op.ZERO_POINT_LAST);
        int step = Math.max(1, pitch);
        int ring = (last - first) / step + 1;
        boolean whole = ring > 0 && (last - first) % step == 0;
        site().require(group == 0 || whole, "zero point rows %d, %d, %d", first, pitch, last);
        return first + pitch * (ring > 0 ? group % ring : group);
    }

    /** Whether biases by lane come from the scaling registers. */
    public boolean hasBiases() {
        return (format & 1) != 0;
    }

    /** Whether scales by lane come from the scaling registers. */
    public boolean hasScales() {
        return (format & 2) != 0;
    }

    /** Whether anything comes by channel group. */
    boolean hasGroupParameters() {
        return format != 0 || hasZeroPointRows();
    }

    /** Whether results go through the tile's function table. */
    public boolean throughTable() {
        return throughTable;
    }

    /** Whether the table's argument is reduced by powers of 4. */
    public boolean tableByFours() {
        return tableByFours;
    }

    /** Whether the table holds an odd function for positive arguments. */
    public boolean oddTable() {
        return oddTable;
    }

    /** M. */
    public float multiplier() {
        return multiplier;
    }

    public float clampMax() {
        return clampMax;
    }

    public float clampMin() {
        return clampMin;
    }

    /** Added to each sum. */
    public int constant() {
        return constant;
    }

    /** Stored value of result 0. */
    public int outputZeroPoint() {
        return outputZeroPoint;
    }

    /** The axes of 0x05, null for others. */
    public ResizeGeometry resize() {
        return resize;
    }
}
