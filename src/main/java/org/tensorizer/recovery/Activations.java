package org.tensorizer.recovery;

import org.tensorizer.base.BadInputException;

/**
 * The activations at one edge of a model: all that a recovery knows of its input or its output. A value is counted from
 * the zero point, as a <em>deflection</em>, so that signed and unsigned tensors look alike.
 *
 * @param channels number of elements, one byte each
 * @param signed INT8 if true, UINT8 if not
 * @param zeroPoint in the tensor's own domain: -128..127 if signed, else 0..255
 */
public record Activations(int channels, boolean signed, int zeroPoint) {
    public Activations {
        if (channels < 1) {
            throw new BadInputException("tensor of " + channels + " elements, expected at least 1");
        }
        int lowest = signed ? -128 : 0;
        if (zeroPoint < lowest || zeroPoint > lowest + 255) {
            throw new BadInputException("zero point " + zeroPoint + " outside " + lowest + ".." + (lowest + 255));
        }
    }

    /** The most negative deflection; never positive. */
    public int lowest() {
        return (signed ? -128 : 0) - zeroPoint;
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
        return (byte) (deflection + zeroPoint);
    }

    /** The deflection of a byte. */
    int deflection(byte value) {
        return (signed ? value : value & 0xff) - zeroPoint;
    }
}
