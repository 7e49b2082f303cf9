package org.tensorizer.gemm;

/**
 * A product and how it compares with exact arithmetic.
 *
 * @param product Y[vector][out] in output steps, as the device answered
 * @param expected the same as exact arithmetic predicts it, ties to the even step
 * @param check the comparison
 */
public record CheckedProduct(IntMatrix product, IntMatrix expected, GemmCheck check) {}
