package org.tensorizer.model;

import java.util.Optional;

/** Element types of a TFLite tensor, in the order of their numbers in the file. */
public enum TensorType {
    FLOAT32(4),
    FLOAT16(2),
    INT32(4),
    UINT8(1),
    INT64(8),
    STRING(0),
    BOOL(1),
    INT16(2),
    COMPLEX64(8),
    INT8(1),
    FLOAT64(8),
    COMPLEX128(16),
    UINT64(8),
    RESOURCE(0),
    VARIANT(0),
    UINT32(4),
    UINT16(2),
    INT4(0);

    private static final TensorType[] BY_CODE = values();

    private final int bytes;

    TensorType(int bytes) {
        this.bytes = bytes;
    }

    /** Number of the type in the file and in TFLite's C API for files. */
    public int code() {
        return ordinal();
    }

    /** Bytes of one element, 0 where elements have no whole-byte size of their own. */
    public int bytes() {
        return bytes;
    }

    static Optional<TensorType> of(int code) {
        return code >= 0 && code < BY_CODE.length ? Optional.of(BY_CODE[code]) : Optional.empty();
    }
}
