package org.tensorizer.model;

import java.util.Optional;

/** Element types of a TFLite tensor, in the order of their numbers in the file. */
public enum TensorType {
    FLOAT32,
    FLOAT16,
    INT32,
    UINT8,
    INT64,
    STRING,
    BOOL,
    INT16,
    COMPLEX64,
    INT8,
    FLOAT64,
    COMPLEX128,
    UINT64,
    RESOURCE,
    VARIANT,
    UINT32,
    UINT16,
    INT4;

    private static final TensorType[] BY_CODE = values();

    /** Number of the type in the file and in TFLite's C API for files. */
    public int code() {
        return ordinal();
    }

    static Optional<TensorType> of(int code) {
        return code >= 0 && code < BY_CODE.length ? Optional.of(BY_CODE[code]) : Optional.empty();
    }
}
