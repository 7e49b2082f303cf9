package org.tensorizer.device.emulator;

import org.tensorizer.dense.ParameterFormat;

/**
 * The constants of a tensor op between accumulator and output byte.
 *
 * @param inputZeroPoint stored byte of activation 0
 * @param weightZeroPoint stored byte of weight 0, where it is the same for all lanes
 * @param multiplier of the accumulator
 * @param min clamp before the zero point is added
 * @param max clamp before the zero point is added
 * @param outputZeroPoint stored byte of output 0
 */
record OutputScaling(
        int inputZeroPoint, int weightZeroPoint, float multiplier, float min, float max, int outputZeroPoint) {
    static OutputScaling read(Encoded at, ParameterFormat format) {
        OutputScaling scaling = new OutputScaling(
                at.get("input.zero-point"),
                at.get("weight.zero-point"),
                at.getFloat("multiplier"),
                at.getFloat("clamp.min"),
                at.getFloat("clamp.max"),
                at.get("output.zero-point"));
        at.require(Float.isFinite(scaling.multiplier) && scaling.multiplier > 0, "multiplier %s", scaling.multiplier);
        at.require(
                scaling.min <= scaling.max
                        && Math.rint(scaling.min) + scaling.outputZeroPoint >= 0
                        && Math.rint(scaling.max) + scaling.outputZeroPoint <= 255,
                "clamps %s .. %s with zero point %d let an output out of a byte",
                scaling.min,
                scaling.max,
                scaling.outputZeroPoint);
        at.require(
                !format.isPerChannel() || scaling.weightZeroPoint == 0 && scaling.multiplier == 1,
                "scales in the header, and a multiplier or weight zero point beside them");
        return scaling;
    }
}
