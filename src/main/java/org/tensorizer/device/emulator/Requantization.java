package org.tensorizer.device.emulator;

/** How an accumulator becomes a real value before it is clamped and rounded. */
@FunctionalInterface
public interface Requantization {
    /** Two products in float32, one after the other. Source: layers of whole networks equal it on every byte. */
    Requantization FLOAT32 = (accumulator, scale, multiplier) -> (float) accumulator * scale * multiplier;

    /**
     * @param accumulator sum, bias and constant
     * @param scale of the lane, 1 where the op has one for all
     * @param multiplier M
     */
    float scaled(int accumulator, float scale, float multiplier);
}
