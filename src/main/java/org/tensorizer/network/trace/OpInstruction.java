package org.tensorizer.network.trace;

import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Resize;

/**
 * What an op of the program says, decoded once for all tiles.
 *
 * @param place of the instruction
 * @param opcode MULTIPLY_ACCUMULATE, MAXIMUM, SUM or RESIZE
 * @param fields the numbers of its quantization; of a resize the multiplier alone
 * @param biases whether it adds a bias for each lane
 * @param scales whether it multiplies by a scale for each lane
 * @param zeroPointRows whether weight zero points come from rows
 * @param wideActivations activations are 16 bits
 * @param wideWeights weights are 16 bits
 * @param wideResults results are 16 bits
 * @param inputsOff mask of inputs that are switched off
 * @param sumsInside sums stay in the op; else they are left in wide memory
 * @param throughTable results go through the function table
 * @param lanes of a channel group
 * @param lastLanes of the last channel group
 */
public record OpInstruction(
        Place place,
        Opcode opcode,
        OpFields fields,
        boolean biases,
        boolean scales,
        boolean zeroPointRows,
        boolean wideActivations,
        boolean wideWeights,
        boolean wideResults,
        int inputsOff,
        boolean sumsInside,
        boolean throughTable,
        int lanes,
        int lastLanes) {
    private static final int BIAS_BIT = 1;
    private static final int SCALE_BIT = 2;

    /** Decodes an op. */
    public static OpInstruction of(Place place, Instruction i) {
        boolean resize = i.opcode() == Opcode.RESIZE;
        int format = resize ? 0 : i.getInt(Op.FORMAT);
        return new OpInstruction(
                place,
                i.opcode(),
                resize ? OpFields.COPY.withMultiplier(i.getInt(Resize.MULTIPLIER)) : fields(i),
                (format & BIAS_BIT) != 0,
                (format & SCALE_BIT) != 0,
                i.isSet(Op.ZERO_POINT_ROWS),
                i.isSet(Op.WIDE_ACTIVATIONS),
                i.isSet(Op.WIDE_WEIGHTS),
                i.isSet(Op.WIDE_RESULTS),
                i.getInt(Op.INPUTS_OFF),
                i.isSet(Op.SUMS_INSIDE),
                i.isSet(Op.THROUGH_TABLE),
                i.getInt(Op.LANES) + 1,
                i.getInt(Op.LANES_LAST) + 1);
    }

    private static OpFields fields(Instruction i) {
        return new OpFields(
                i.getInt(Op.MULTIPLIER),
                i.getInt(Op.CLAMP_MAX),
                i.getInt(Op.CLAMP_MIN),
                i.getInt(Op.WEIGHT_ZERO_POINT),
                i.getInt(Op.INPUT_ZERO_POINT),
                i.getInt(Op.OUTPUT_ZERO_POINT),
                i.getInt(Op.CONSTANT));
    }

    /** Writes other numbers into an op. */
    public static void setFields(Instruction i, OpFields fields) {
        i.set(Op.MULTIPLIER, fields.multiplier() & 0xffffffffL);
        i.set(Op.CLAMP_MAX, fields.clampMax() & 0xffffffffL);
        i.set(Op.CLAMP_MIN, fields.clampMin() & 0xffffffffL);
        i.set(Op.WEIGHT_ZERO_POINT, fields.weightZero());
        i.set(Op.INPUT_ZERO_POINT, fields.inputZero());
        i.set(Op.OUTPUT_ZERO_POINT, fields.outputZero());
        i.set(Op.CONSTANT, fields.constant());
    }

    /** Activations and weights of 8 bits, four of each a step: what convolutions and Dense layers use. */
    public boolean isPlain() {
        return opcode == Opcode.MULTIPLY_ACCUMULATE && !wideActivations && !wideWeights && inputsOff == 0;
    }

    /** Bytes of one lane of a result. */
    public int resultBytes() {
        return wideResults ? 2 : 1;
    }

    /** Such as {@code op at bundle 228}. */
    @Override
    public String toString() {
        return "op at " + place;
    }
}
