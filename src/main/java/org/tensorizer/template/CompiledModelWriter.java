package org.tensorizer.template;

import java.nio.ByteBuffer;
import org.tensorizer.isa.DenseProgram;
import org.tensorizer.isa.DenseShape;
import org.tensorizer.isa.Quantization;
import org.tensorizer.isa.ShapeStatus;

/**
 * Writes a complete compiled .tflite of a Dense layer without edgetpu_compiler: programs, payload, and every field of the
 * container that libedgetpu needs or the compiler writes. The model's description says that Tensorizer wrote it and how
 * far its program was compared with the compiler's.
 *
 * <p>Deterministic: the same {@link DenseSpec}, token included, gives the same bytes. Thread-safe.
 */
public final class CompiledModelWriter {
    private CompiledModelWriter() {}

    /** @return a whole .tflite */
    public static byte[] write(DenseSpec spec) {
        DenseShape shape = spec.shape();
        Quantization q = spec.quantization();
        Assembly assembly = new Assembly(
                description(shape),
                DenseProgram.executionOnly(shape, q),
                DenseProgram.parameterCaching(shape),
                new Assembly.Edge(spec.inputName(), shape.inputs(), q.inputScale(), q.inputZeroPoint()),
                new Assembly.Edge(spec.outputName(), shape.outputs(), q.outputScale(), q.outputZeroPoint()),
                spec.signed(),
                DenseProgram.narrowBytesPerTile(shape),
                DenseProgram.payloadBytes(shape),
                spec.token());
        return new CompiledContainer(assembly).write(payload -> fill(spec, payload));
    }

    static String description(DenseShape shape) {
        ShapeStatus status = ShapeStatus.of(shape);
        return shape + ", written by Tensorizer without edgetpu_compiler; program "
                + status.level().word() + ": " + status.reason();
    }

    private static void fill(DenseSpec spec, ByteBuffer payload) {
        DensePayload.write(spec, payload.array(), payload.arrayOffset());
    }
}
