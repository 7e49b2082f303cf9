package org.tensorizer.device.tflite;

import com.sun.jna.Pointer;

/** What a custom op asks about its node and tensors: tensorflow/lite/c/c_api_opaque.h, mapped directly. */
final class OpaqueC {
    private OpaqueC() {}

    static native Pointer TfLiteOpaqueNodeGetUserData(Pointer node);

    static native int TfLiteOpaqueNodeNumberOfInputs(Pointer node);

    static native int TfLiteOpaqueNodeNumberOfOutputs(Pointer node);

    static native Pointer TfLiteOpaqueNodeGetInput(Pointer context, Pointer node, int index);

    static native Pointer TfLiteOpaqueNodeGetOutput(Pointer context, Pointer node, int index);

    static native Pointer TfLiteOpaqueTensorData(Pointer tensor);

    static native long TfLiteOpaqueTensorByteSize(Pointer tensor);
}
