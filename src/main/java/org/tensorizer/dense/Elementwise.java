package org.tensorizer.dense;

import java.util.Optional;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;

/**
 * What an op makes of every byte that it hands on, word by word, through an identity matrix of 4 x 4. Zero points are
 * unsigned.
 *
 * @param multiplier from input minus zero point to the output, or to the argument of the function
 * @param clampMax largest of these
 * @param clampMin smallest of these
 * @param function taken from its table behind the clamps
 * @param outputScale of the function
 */
public record Elementwise(
        int inputZeroPoint,
        float multiplier,
        float clampMax,
        float clampMin,
        int outputZeroPoint,
        Optional<Function> function,
        float outputScale) {

    /** The bytes as they are. Source: derived from compiled copies. */
    public static Elementwise copy() {
        return new Elementwise(0, 1, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0, Optional.empty(), 1);
    }

    /**
     * The same numbers with another scale and zero point. Source: derived from compiled QUANTIZE operators.
     *
     * @param inputScale of the input
     * @param inputZeroPoint of the input
     * @param output the output's scale and zero point count, not the input's
     */
    public static Elementwise rescale(
            float inputScale, int inputZeroPoint, Quantization output, Activation activation) {
        return new Elementwise(
                inputZeroPoint,
                Quantization.multiplier(inputScale, 1, output.outputScale()),
                output.clampMax(activation),
                output.clampMin(activation),
                output.outputZeroPoint(),
                Optional.empty(),
                output.outputScale());
    }

    /** A function of the numbers. Source: derived from compiled LOGISTIC and TANH. */
    public static Elementwise of(
            Function function, float inputScale, int inputZeroPoint, float outputScale, int outputZeroPoint) {
        Quantization.checkScale("input scale", inputScale);
        Quantization.checkScale("output scale", outputScale);
        return new Elementwise(
                inputZeroPoint,
                inputScale,
                function.limit(),
                -function.limit(),
                outputZeroPoint,
                Optional.of(function),
                outputScale);
    }

    /** The instruction in front of {@link #op}, for a function. */
    public Optional<Instruction> table(int tiles) {
        return function.map(f -> f.load(tiles, outputScale));
    }

    /** The op without rounds and walks; its weights are the identity matrix. */
    public Instruction op() {
        Instruction op = Instruction.of(Opcode.MULTIPLY_ACCUMULATE)
                .set(Op.FRESH_SUMS)
                .set(Op.SUMS_INSIDE)
                .set(Op.LANES, Chip.WORD_BYTES - 1L)
                .set(Op.LANES_LAST, Chip.WORD_BYTES - 1L)
                .set(Op.INPUT_ZERO_POINT, inputZeroPoint)
                .set(Op.OUTPUT_ZERO_POINT, outputZeroPoint)
                .setFloat(Op.MULTIPLIER, multiplier)
                .setFloat(Op.CLAMP_MAX, clampMax)
                .setFloat(Op.CLAMP_MIN, clampMin);
        function.ifPresent(f -> f.apply(op));
        return op;
    }
}
