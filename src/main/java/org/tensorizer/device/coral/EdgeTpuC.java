package org.tensorizer.device.coral;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;

/** The functions of edgetpu_c.h, the interface of libedgetpu.so.1. {@code size_t} is a {@code long}: 64 bits only. */
interface EdgeTpuC extends Library {
    int TYPE_PCI = 0;
    int TYPE_USB = 1;

    /** An array of {@code struct { int type; const char* path; }}, 16 bytes each; NULL where there is none. */
    Pointer edgetpu_list_devices(LongByReference count);

    void edgetpu_free_devices(Pointer devices);

    /** @param options an array of {@code struct { const char* name; const char* value; }}, or NULL */
    Pointer edgetpu_create_delegate(int type, String path, Pointer options, long count);

    void edgetpu_free_delegate(Pointer delegate);

    void edgetpu_verbosity(int level);

    String edgetpu_version();
}
