package org.tensorizer.device.tflite;

import java.util.Optional;

/**
 * How a model is loaded.
 *
 * @param device name for messages
 * @param threads threads of TFLite's own kernels
 * @param kernel what runs {@code edgetpu-custom-op}
 * @param delegate takes what ops it can; owned by the session from the moment of opening, also where that fails
 */
public record SessionOptions(String device, int threads, Optional<CustomKernel> kernel, Optional<Delegate> delegate) {
    public SessionOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: expected at least 1, found " + threads);
        }
    }

    /** TFLite's own kernels, one thread. */
    public static SessionOptions builtin(String device) {
        return new SessionOptions(device, 1, Optional.empty(), Optional.empty());
    }

    /** A kernel of ours for {@code edgetpu-custom-op}. */
    public static SessionOptions kernel(String device, CustomKernel kernel) {
        return new SessionOptions(device, 1, Optional.of(kernel), Optional.empty());
    }

    /** A delegate, such as libedgetpu's. */
    public static SessionOptions delegate(String device, Delegate delegate) {
        return new SessionOptions(device, 1, Optional.empty(), Optional.of(delegate));
    }
}
