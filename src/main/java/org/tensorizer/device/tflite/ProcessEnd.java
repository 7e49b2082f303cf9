package org.tensorizer.device.tflite;

/**
 * Ends this process at once. {@link Runtime#halt} runs the exit handlers of native libraries first, and those of a hung
 * USB runtime wait for it.
 */
public final class ProcessEnd {
    private ProcessEnd() {}

    /** Calls C's {@code _exit}: no handlers, no destructors, no return. */
    public static void now(int status) {
        TfliteC.LibC._exit(status);
    }
}
