/**
 * Matrices with run-time weights on a compiled Dense template: the instructions stay, the payload is rewritten.
 *
 * <p>{@link org.tensorizer.gemm.Gemm} multiplies with the template's own 8-bit outputs, cut into blocks and padded to any size;
 * {@link org.tensorizer.gemm.ExactGemm} gets the exact int32 product out of 8-bit outputs by splitting numbers into
 * digits. {@link org.tensorizer.gemm.GemmPlan}, {@link org.tensorizer.gemm.ExactPlan} and
 * {@link org.tensorizer.gemm.CoralPlan} say what it costs before it is run.
 *
 * <p>Weights are W[out][in] everywhere; a batch is X[vector][in] and its product Y[vector][out], so Y = X W^T. Vectors
 * and matrices are row-major.
 */
package org.tensorizer.gemm;
