package org.tensorizer.gemm;

/**
 * Real numbers as bytes.
 *
 * @param values int8 weights, or bytes in the domain of the tensor they are for
 * @param saturated how many did not fit and became the nearest that does
 */
public record Quantized(ByteMatrix values, int saturated) {}
