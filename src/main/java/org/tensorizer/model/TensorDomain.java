package org.tensorizer.model;

import org.tensorizer.base.BadInputException;

/**
 * How the bytes of a quantized tensor are meant: int8 or uint8, and which value stands for 0. The chip itself works on
 * unsigned bytes: an int8 tensor goes there and comes back with the top bit of every byte turned, its zero point 128
 * higher. Immutable.
 *
 * @param signed int8, else uint8
 * @param zeroPoint the value that stands for 0, -128..127 if signed, else 0..255
 */
public record TensorDomain(boolean signed, int zeroPoint) {
    private static final int SIGN = 0x80;

    /** @throws BadInputException the zero point is no value of the type */
    public TensorDomain {
        int least = signed ? -SIGN : 0;
        if (zeroPoint < least || zeroPoint > least + 255) {
            throw new BadInputException("zero point " + zeroPoint + ", expected " + least + " to " + (least + 255));
        }
    }

    /** Whether a type has a domain: INT8 and UINT8 have. */
    public static boolean has(TensorType type) {
        return type == TensorType.INT8 || type == TensorType.UINT8;
    }

    /**
     * The domain of a tensor of the chip.
     *
     * @param type INT8 or UINT8
     * @param zeroPoint as the chip has it, 0..255
     */
    public static TensorDomain ofChip(TensorType type, int zeroPoint) {
        boolean signed = type == TensorType.INT8;
        return new TensorDomain(signed, signed ? zeroPoint - SIGN : zeroPoint);
    }

    /** The chip's zero point for one in the domain of {@code type}; not checked. */
    public static long chipZeroPoint(TensorType type, long zeroPoint) {
        return type == TensorType.INT8 ? zeroPoint + SIGN : zeroPoint;
    }

    /** The zero point as the chip has it, 0..255. */
    public int chipZeroPoint() {
        return signed ? zeroPoint + SIGN : zeroPoint;
    }

    public TensorType type() {
        return signed ? TensorType.INT8 : TensorType.UINT8;
    }

    /** The least value: -128 or 0. The greatest is 255 more. */
    public int least() {
        return signed ? -SIGN : 0;
    }

    /** The value of a byte. */
    public int value(byte raw) {
        return signed ? raw : raw & 0xff;
    }

    /** How many steps a byte is from the zero point. */
    public int steps(byte raw) {
        return value(raw) - zeroPoint;
    }

    /** The byte that stands for 0. */
    public byte zero() {
        return (byte) zeroPoint;
    }

    /** Bytes of such a tensor as the chip gets them; a copy. */
    public byte[] toChip(byte[] tensor) {
        return signed ? turned(tensor) : tensor.clone();
    }

    /** Bytes of the chip as the tensor has them; a copy. */
    public byte[] toTensor(byte[] chip) {
        return toChip(chip);
    }

    /** Every byte with its top bit turned: int8 with 128 added as uint8, and back. */
    public static byte[] turned(byte[] bytes) {
        byte[] turned = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            turned[i] = (byte) (bytes[i] ^ SIGN);
        }
        return turned;
    }
}
