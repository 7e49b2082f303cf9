package org.tensorizer.device.tflite;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/** The one function of the C library that is needed: the error reporter is handed a {@code va_list}. */
final class LibC {
    static {
        Native.register(LibC.class, NativeLibrary.getProcess());
    }

    private LibC() {}

    static native int vsnprintf(Pointer buffer, long size, Pointer format, Pointer arguments);
}
