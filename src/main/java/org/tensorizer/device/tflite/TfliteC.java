package org.tensorizer.device.tflite;

import com.sun.jna.Callback;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import java.util.List;

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

    static native Pointer TfLiteModelCreate(Pointer data, long size);

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

    /** What a custom op asks about its node and tensors: tensorflow/lite/c/c_api_opaque.h, mapped directly. */
    static final class Opaque {
        private Opaque() {}

        static native Pointer TfLiteOpaqueNodeGetUserData(Pointer node);

        static native int TfLiteOpaqueNodeNumberOfInputs(Pointer node);

        static native int TfLiteOpaqueNodeNumberOfOutputs(Pointer node);

        static native Pointer TfLiteOpaqueNodeGetInput(Pointer context, Pointer node, int index);

        static native Pointer TfLiteOpaqueNodeGetOutput(Pointer context, Pointer node, int index);

        static native Pointer TfLiteOpaqueTensorData(Pointer tensor);

        static native long TfLiteOpaqueTensorByteSize(Pointer tensor);
    }

    /** What is needed of the C library: the error reporter is handed a {@code va_list}, and a child process must end. */
    static final class LibC {
        static {
            Native.register(LibC.class, NativeLibrary.getProcess());
        }

        private LibC() {}

        static native void _exit(int status);

        static native int vsnprintf(Pointer buffer, long size, Pointer format, Pointer arguments);
    }

    /** {@code TfLiteStatus} in words. */
    static final class Status {
        private static final List<String> NAMES = List.of(
                "ok",
                "error",
                "delegate error",
                "application error",
                "delegate data not found",
                "delegate data write error",
                "delegate data read error",
                "unresolved ops",
                "cancelled");

        private Status() {}

        static String text(int status) {
            return "status " + status + (status >= 0 && status < NAMES.size() ? " (" + NAMES.get(status) + ")" : "");
        }
    }

    /** What says why a model is none; libraries before 2.9 do not have it. */
    static final class Reporting {
        static final String CREATE = "TfLiteModelCreateWithErrorReporter";

        private Reporting() {}

        static native Pointer TfLiteModelCreateWithErrorReporter(
                Pointer data, long size, ErrorReporter reporter, Pointer userData);
    }
}
