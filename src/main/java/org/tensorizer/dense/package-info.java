/**
 * Dense layers: shape, quantization, and the programs that compute them.
 *
 * <p>{@link org.tensorizer.dense.DenseProgram} assembles one layer, {@link org.tensorizer.dense.ChainProgram} several one
 * behind the other. What a program of a shape rests on says {@link org.tensorizer.dense.ShapeStatus}; how a result is
 * brought back to 8 bits says {@link org.tensorizer.dense.Quantization}.
 */
package org.tensorizer.dense;
