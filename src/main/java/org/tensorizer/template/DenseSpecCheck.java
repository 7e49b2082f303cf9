package org.tensorizer.template;

import java.nio.charset.StandardCharsets;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;

/** What a {@link DenseSpec} must hold to be written. */
final class DenseSpecCheck {
    /**
     * The range that TFLite's fixed-point multiplier covers (a fraction of 0.5 to 1 times 2 to the -31 .. 30); outside of
     * it TFLite rounds to 0 or saturates and no longer predicts the chip.
     */
    private static final float MIN_MULTIPLIER = 0x1p-32f;

    private static final float MAX_MULTIPLIER = 0x1p30f;
    private static final int LONGEST_NAME = 1024;

    private final DenseSpec.Builder spec;
    private final DenseShape shape;
    private final Quantization quantization;

    private DenseSpecCheck(DenseSpec.Builder spec) {
        this.spec = spec;
        this.shape = spec.shape;
        this.quantization = spec.quantization;
    }

    static void check(DenseSpec.Builder spec) {
        DenseSpecCheck check = new DenseSpecCheck(spec);
        check.shape();
        check.names();
        check.quantization();
        check.arrays();
        check.multipliers();
        check.accumulators();
    }

    private void shape() {
        ShapeStatus.of(shape).require();
        TensorType type = TensorDomain.has(spec.type) ? spec.outputType : spec.type;
        if (!TensorDomain.has(type)) {
            throw new BadInputException("tensor type " + type + ", expected INT8 or UINT8");
        }
    }

    private void names() {
        name("input", spec.inputName);
        name("output", spec.outputName);
    }

    private static void name(String which, String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > LONGEST_NAME) {
            throw new BadInputException(
                    which + " name of " + length + " bytes, expected 1.." + LONGEST_NAME + " bytes of UTF-8");
        }
    }

    private void quantization() {
        if (shape.format().isPerChannel() && quantization.weightZeroPoint() != Quantization.WEIGHT_ZERO_POINT) {
            throw new BadInputException("weight zero point " + quantization.weightZeroPoint()
                    + ", expected 128 (symmetric): per-channel weights have no other");
        }
    }

    private void arrays() {
        ParameterFormat format = shape.format();
        long cells = (long) shape.outputs() * shape.inputs();
        if (spec.weights.length != cells) {
            throw new BadInputException("weights of " + spec.weights.length + " bytes, expected W[out][in] with "
                    + shape.outputs() + " x " + shape.inputs() + " = " + cells + " int8");
        }
        perChannel("weight scales", spec.weightScales.length, format.isPerChannel(), "per-channel");
        perChannel("bias values", spec.bias.length, format.hasBias(), "bias");
    }

    private void perChannel(String what, int found, boolean wanted, String kind) {
        int expected = wanted ? shape.outputs() : 0;
        if (found != expected) {
            throw new BadInputException(found + " " + what + ", expected " + expected + ": format " + shape.format()
                    + " is " + (wanted ? "" : "not ") + kind
                    + (wanted ? ", one value for each output channel" : ", take one that is"));
        }
    }

    private void multipliers() {
        float scale = quantization.outputScale();
        if (!Float.isFinite(255 * scale) || !Float.isFinite(1 / scale)) {
            throw new BadInputException("output scale " + scale
                    + ": 255 times it, or 1 divided by it, is no finite float32, which the clamps of the program need");
        }
        if (!shape.format().isPerChannel()) {
            multiplier("", quantization.weightScale());
        }
        for (int out = 0; out < spec.weightScales.length; out++) {
            multiplier(" of output channel " + out, spec.weightScales[out]);
        }
    }

    private void multiplier(String where, float weightScale) {
        if (!(weightScale > 0) || Float.isInfinite(weightScale)) {
            throw new BadInputException(
                    "weight scale" + where + " " + weightScale + ", expected a positive finite number");
        }
        float multiplier = quantization.inputScale() * weightScale * (1 / quantization.outputScale());
        if (!(multiplier >= MIN_MULTIPLIER && multiplier < MAX_MULTIPLIER)) {
            throw new BadInputException("input scale " + quantization.inputScale() + " * weight scale " + weightScale
                    + " / output scale " + quantization.outputScale() + " = " + multiplier + where
                    + ", expected " + MIN_MULTIPLIER + " up to " + MAX_MULTIPLIER
                    + ", what a requantization multiplier can express");
        }
    }

    /** The chip accumulates in 32 bits: no input may take a channel out of them. */
    private void accumulators() {
        long widest = 255L * 255 * shape.inputs();
        for (int out = 0; out < spec.bias.length; out++) {
            if (Math.abs((long) spec.bias[out]) > Integer.MAX_VALUE - widest) {
                accumulator(out);
            }
        }
    }

    private void accumulator(int out) {
        long low = spec.bias[out];
        long high = low;
        int zeroIn = quantization.inputZeroPoint();
        for (int in = 0; in < shape.inputs(); in++) {
            long weight = spec.weights[out * shape.inputs() + in]
                    + (long) Quantization.WEIGHT_ZERO_POINT
                    - quantization.weightZeroPoint();
            long atZero = -zeroIn * weight;
            long atTop = (255 - zeroIn) * weight;
            low += Math.min(atZero, atTop);
            high += Math.max(atZero, atTop);
        }
        if (low < Integer.MIN_VALUE || high > Integer.MAX_VALUE) {
            throw new BadInputException("bias " + spec.bias[out] + " of output channel " + out
                    + ": with these weights the accumulator reaches " + low + ".." + high
                    + ", expected to stay in 32 bits for every input");
        }
    }
}
