package org.tensorizer.gemm;

/**
 * A product and how it compares with exact arithmetic.
 *
 * @param product Y[vector][out] in output steps, as the device answered
 * @param check the comparison
 */
public record CheckedProduct(IntMatrix product, GemmCheck check) {}
