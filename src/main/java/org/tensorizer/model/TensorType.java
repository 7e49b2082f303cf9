package org.tensorizer.model;

/** Element types of a TFLite tensor, in the order of their numbers in the file. Source: TFLite's schema. */
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
    INT4,
    BFLOAT16,
    INT2,
    UINT4,
    FLOAT8_E4M3FN,
    FLOAT8_E5M2,
    /** A number that this reader does not know; TFLite has no such type today either. */
    UNKNOWN;

    private static final TensorType[] BY_CODE = values();

    /** Number of the type in the file and in TFLite's C API for files. */
    public int code() {
        return ordinal();
    }

    /** The type of a number from 0 on. */
    static TensorType of(int code) {
        return code < UNKNOWN.ordinal() ? BY_CODE[code] : UNKNOWN;
    }
}
