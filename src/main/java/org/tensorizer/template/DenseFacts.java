package org.tensorizer.template;

import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TensorType;

/**
 * What {@link DenseReader} found in a compiled model.
 *
 * @param shape channels, payload format, activation
 * @param quantization as {@link DenseTemplate#quantization()} explains
 * @param type of the tensors at the edge
 * @param executionOnly the executable of an inference
 * @param parameterCaching the executable that holds the payload
 * @param multiplier of the tensor op, 1 where scales stand in the payload
 * @param clampMin of the tensor op
 * @param clampMax of the tensor op
 * @param ours whether both programs are, byte for byte, those {@link org.tensorizer.dense.DenseProgram} assembles
 */
record DenseFacts(
        DenseShape shape,
        Quantization quantization,
        TensorType type,
        Executable executionOnly,
        Executable parameterCaching,
        float multiplier,
        float clampMin,
        float clampMax,
        boolean ours) {}
