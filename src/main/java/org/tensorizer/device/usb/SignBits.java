package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import org.tensorizer.model.DataType;

/**
 * The chip knows unsigned numbers only: the host inverts the top bit of each element of a signed tensor, in both
 * directions.
 */
final class SignBits {
    private SignBits() {}

    /** Whether tensors of the type are inverted. Published in libedgetpu's sources; int8 was seen on the wire. */
    static boolean inverts(DataType type) {
        return type == DataType.SIGNED_FIXED_POINT8 || type == DataType.SIGNED_FIXED_POINT16;
    }

    /** Inverts the top bit of each element in the buffer from 0 to length; for types that are not signed nothing happens. */
    static void invert(DataType type, ByteBuffer bytes, int length) {
        if (!inverts(type)) {
            return;
        }
        long mask = type.bytes() == 1 ? 0x8080808080808080L : 0x8000800080008000L; // little-endian: top byte last
        int at = 0;
        for (; at + Long.BYTES <= length; at += Long.BYTES) {
            bytes.putLong(at, bytes.getLong(at) ^ mask);
        }
        for (; at < length; at++) {
            bytes.put(at, (byte) (bytes.get(at) ^ mask >>> 8 * (at % Long.BYTES)));
        }
    }
}
