package org.tensorizer.device.tflite;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/** What is needed of the C library: the error reporter is handed a {@code va_list}, and a child process must end. */
final class LibC {
    static {
        Native.register(LibC.class, NativeLibrary.getProcess());
    }

    private LibC() {}

    static native void _exit(int status);

    static native int vsnprintf(Pointer buffer, long size, Pointer format, Pointer arguments);
}
