package org.tensorizer.device.tflite;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What runs in place of a compiled model's custom op, {@code edgetpu-custom-op}.
 *
 * <p>Exceptions may leave any method: a {@link org.tensorizer.base.BadInputException} or a
 * {@link org.tensorizer.device.DeviceFault} comes out of {@link TfliteSession#open} or {@link TfliteSession#run} as it
 * is, anything else as the cause of a {@link org.tensorizer.device.DeviceFault} of kind REFUSED.
 *
 * <p>Thread safety: one kernel may be opened in many sessions at once, so {@link #init} must be thread-safe. An instance
 * is never called by two threads at a time.
 */
@FunctionalInterface
public interface CustomKernel {
    /**
     * Called once for each custom op of a model while it is loaded.
     *
     * @param customOptions the op's options, for a compiled model the whole DWN1 package: read-only, little-endian, a
     *     view of the model that may be kept
     */
    Instance init(ByteBuffer customOptions);

    /** One op of one loaded model. */
    interface Instance extends AutoCloseable {
        /**
         * One inference. The buffers are views of native memory, valid during this call only, little-endian, position
         * 0, one for each tensor of the op in the model's order.
         *
         * <p>Each output must be written from its first to its last byte with relative puts: a position short of the
         * limit afterwards is a {@link org.tensorizer.device.DeviceFault} of kind WRONG_SIZE, since TFLite leaves the
         * bytes of an earlier tensor there.
         *
         * @param inputs read-only
         */
        void invoke(List<ByteBuffer> inputs, List<ByteBuffer> outputs);

        /** Called once when the session is closed. */
        @Override
        default void close() {}
    }
}
