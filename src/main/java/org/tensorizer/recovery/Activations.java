package org.tensorizer.recovery;

import org.tensorizer.base.BadInputException;
import org.tensorizer.model.TensorDomain;

/**
 * The activations at one edge of a model: all that a recovery knows of its input or its output. A value is counted from
 * the zero point, as a <em>deflection</em>, so that signed and unsigned tensors look alike.
 *
 * @param channels number of elements, one byte each
 * @param domain what the bytes mean
 */
public record Activations(int channels, TensorDomain domain) {
    public Activations {
        if (channels < 1) {
            throw new BadInputException("tensor of " + channels + " elements, expected at least 1");
        }
    }

    public Activations(int channels, boolean signed, int zeroPoint) {
        this(channels, new TensorDomain(signed, zeroPoint));
    }

    /** The most negative deflection; never positive. */
    public int lowest() {
        return domain.least() - domain.zeroPoint();
    }

    /** The most positive deflection; never negative. */
    public int highest() {
        return lowest() + 255;
    }

    /** The byte of a deflection. */
    byte toByte(int deflection) {
        if (deflection < lowest() || deflection > highest()) {
            throw new IllegalArgumentException("deflection " + deflection + " outside " + lowest() + ".." + highest());
        }
        return (byte) (deflection + domain.zeroPoint());
    }

    /** The deflection of a byte. */
    int deflection(byte value) {
        return domain.steps(value);
    }
}
