package org.tensorizer.gemm;

/** What to do with a number that does not fit into 8 bits once it is divided by its scale and rounded. */
public enum OutOfRange {
    /** Refuse the whole matrix, naming how many there are and the first. */
    REFUSE,
    /** Take the nearest number that fits, and count. */
    SATURATE
}
