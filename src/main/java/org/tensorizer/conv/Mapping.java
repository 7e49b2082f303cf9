package org.tensorizer.conv;

import org.tensorizer.dense.Elementwise;

/**
 * The same made of every byte of an image: a function, or another scale.
 *
 * @param outputs channels
 * @param inputZeroPoint stored byte of 0
 * @param name for logs
 */
public record Mapping(int outputs, Elementwise element, int inputZeroPoint, String name) implements Step {
    @Override
    public Reach reach() {
        return Window.POINT;
    }

    @Override
    public String describe() {
        return name;
    }
}
