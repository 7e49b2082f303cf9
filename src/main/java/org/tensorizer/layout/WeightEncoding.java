package org.tensorizer.layout;

import org.tensorizer.base.BadInputException;

/**
 * How a payload stores an int8 weight: byte = weight + 128, which is the two's complement byte with its top bit
 * flipped. So 128 stands for 0, 255 for 127, 1 for -127 and 0 for -128.
 *
 * <p>Source: all cells of compiled Dense models whose source models are known.
 */
public final class WeightEncoding {
    /** The stored byte of weight 0, as an unsigned value. */
    public static final int ZERO = 128;

    static final byte FLIP = (byte) 0x80;

    private WeightEncoding() {}

    /** Payload byte of a weight. */
    static byte encode(byte weight) {
        return (byte) (weight ^ FLIP);
    }

    /**
     * Payload byte of a weight, as an unsigned value 0 to 255.
     *
     * @throws BadInputException the weight is no int8
     */
    static int encode(int weight) {
        if (weight < Byte.MIN_VALUE || weight > Byte.MAX_VALUE) {
            throw new BadInputException("weight " + weight + ", expected -128 to 127");
        }
        return weight + ZERO;
    }

    /** Weight of a payload byte. */
    public static byte decode(byte stored) {
        return (byte) (stored ^ FLIP);
    }
}
