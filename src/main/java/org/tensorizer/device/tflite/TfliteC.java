package org.tensorizer.device.tflite;

import com.sun.jna.Callback;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;

/**
 * The C functions, mapped directly. Signatures are those of tensorflow/lite/c/c_api.h and c_api_opaque.h; {@code size_t}
 * is a {@code long}, since only 64-bit processors are supported. Nothing here checks anything: {@link TfliteSession}
 * does.
 */
final class TfliteC {
    /** {@code kTfLiteOk}; every other status is a failure. */
    static final int OK = 0;

    static final int ERROR = 1;

    private TfliteC() {}

    /** {@code void (*)(void* user_data, const char* format, va_list args)}. */
    interface ErrorReporter extends Callback {
        void invoke(Pointer userData, Pointer format, Pointer arguments);
    }

    /** {@code TfLiteQuantizationParams}. */
    @FieldOrder({"scale", "zeroPoint"})
    public static class QuantizationParams extends Structure {
        public float scale;
        public int zeroPoint;

        /** Returned by value. */
        public static final class ByValue extends QuantizationParams implements Structure.ByValue {}
    }

    static native Pointer TfLiteModelCreateWithErrorReporter(
            Pointer data, long size, ErrorReporter reporter, Pointer userData);

    static native void TfLiteModelDelete(Pointer model);

    static native Pointer TfLiteInterpreterOptionsCreate();

    static native void TfLiteInterpreterOptionsDelete(Pointer options);

    static native void TfLiteInterpreterOptionsSetNumThreads(Pointer options, int threads);

    static native void TfLiteInterpreterOptionsSetErrorReporter(
            Pointer options, ErrorReporter reporter, Pointer userData);

    static native void TfLiteInterpreterOptionsAddDelegate(Pointer options, Pointer delegate);

    static native Pointer TfLiteInterpreterCreate(Pointer model, Pointer options);

    static native void TfLiteInterpreterDelete(Pointer interpreter);

    static native int TfLiteInterpreterAllocateTensors(Pointer interpreter);

    static native int TfLiteInterpreterInvoke(Pointer interpreter);

    static native int TfLiteInterpreterGetInputTensorCount(Pointer interpreter);

    static native int TfLiteInterpreterGetOutputTensorCount(Pointer interpreter);

    static native Pointer TfLiteInterpreterGetInputTensor(Pointer interpreter, int index);

    static native Pointer TfLiteInterpreterGetOutputTensor(Pointer interpreter, int index);

    static native int TfLiteTensorType(Pointer tensor);

    static native Pointer TfLiteTypeGetName(int type);

    static native int TfLiteTensorNumDims(Pointer tensor);

    static native int TfLiteTensorDim(Pointer tensor, int dimension);

    static native long TfLiteTensorByteSize(Pointer tensor);

    static native Pointer TfLiteTensorData(Pointer tensor);

    static native Pointer TfLiteTensorName(Pointer tensor);

    static native QuantizationParams.ByValue TfLiteTensorQuantizationParams(Pointer tensor);
}
