package org.tensorizer.gemm;

import org.tensorizer.model.TensorType;

/**
 * What the bytes of a tensor mean.
 *
 * @param signed int8, else uint8
 * @param zeroPoint byte value that stands for 0, in the tensor's own domain
 */
record TensorBytes(boolean signed, int zeroPoint) {
    /** @param zeroPoint in the unsigned domain */
    static TensorBytes of(TensorType type, int zeroPoint) {
        boolean signed = type == TensorType.INT8;
        return new TensorBytes(signed, signed ? zeroPoint - 128 : zeroPoint);
    }

    /** The byte for 0. */
    byte zero() {
        return (byte) zeroPoint;
    }

    /** How many steps a byte is from 0. */
    int steps(byte raw) {
        return (signed ? raw : raw & 0xff) - zeroPoint;
    }
}
