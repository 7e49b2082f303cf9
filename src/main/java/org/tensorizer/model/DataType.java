package org.tensorizer.model;

import java.util.Arrays;
import java.util.Optional;

/** Element types of a layer as the chip sees it. Numbers 6 and 7 are not in use. */
public enum DataType {
    FIXED_POINT8(0, 1),
    FIXED_POINT16(1, 2),
    SIGNED_FIXED_POINT32(2, 4),
    BFLOAT(3, 2),
    HALF(4, 2),
    SINGLE(5, 4),
    SIGNED_FIXED_POINT8(8, 1),
    SIGNED_FIXED_POINT16(9, 2);

    private static final DataType[] ALL = values();

    private final int code;
    private final int bytes;

    DataType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The type of a number in the file. */
    static Optional<DataType> of(int code) {
        return Arrays.stream(ALL).filter(type -> type.code == code).findFirst();
    }
}
