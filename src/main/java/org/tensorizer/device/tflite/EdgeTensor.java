package org.tensorizer.device.tflite;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.TensorSpec;

/** An input or output tensor of an interpreter: its facts, read once, and a view of its bytes. */
final class EdgeTensor {
    private final Pointer tensor;
    private final TensorSpec spec;
    private long address;
    private ByteBuffer view;

    /** @throws DeviceFault the tensor is NULL or larger than a buffer holds, as in a damaged model */
    EdgeTensor(String device, String role, Pointer tensor) {
        if (tensor == null) {
            throw new DeviceFault(DeviceFault.Kind.REFUSED, device, role + " is NULL: a damaged model?");
        }
        long size = TfliteC.TfLiteTensorByteSize(tensor);
        if (size < 0 || size > Integer.MAX_VALUE) {
            throw new DeviceFault(
                    DeviceFault.Kind.REFUSED, device, role + " has " + size + " bytes, more than a buffer holds");
        }
        this.tensor = tensor;
        this.spec = read(tensor, (int) size);
    }

    private static TensorSpec read(Pointer tensor, int size) {
        List<Integer> shape = new ArrayList<>();
        for (int i = 0; i < TfliteC.TfLiteTensorNumDims(tensor); i++) {
            shape.add(TfliteC.TfLiteTensorDim(tensor, i));
        }
        TfliteC.QuantizationParams.ByValue quantization = TfliteC.TfLiteTensorQuantizationParams(tensor);
        return new TensorSpec(
                text(TfliteC.TfLiteTensorName(tensor)),
                text(TfliteC.TfLiteTypeGetName(TfliteC.TfLiteTensorType(tensor))),
                shape,
                quantization.scale,
                quantization.zeroPoint,
                size);
    }

    private static String text(Pointer string) {
        return string == null ? "" : string.getString(0, StandardCharsets.UTF_8.name());
    }

    TensorSpec spec() {
        return spec;
    }

    void write(String device, ByteBuffer bytes) {
        view(device).put(0, bytes, bytes.position(), bytes.remaining());
    }

    void read(String device, ByteBuffer bytes) {
        bytes.put(bytes.position(), view(device), 0, spec.byteSize());
    }

    byte[] read(String device) {
        byte[] bytes = new byte[spec.byteSize()];
        view(device).get(0, bytes);
        return bytes;
    }

    /** TFLite may move a tensor and, in a model with dynamic shapes, resize it. */
    private ByteBuffer view(String device) {
        Pointer data = TfliteC.TfLiteTensorData(tensor);
        long size = TfliteC.TfLiteTensorByteSize(tensor);
        if (size != spec.byteSize() || (data == null && size > 0)) {
            throw new DeviceFault(
                    DeviceFault.Kind.WRONG_SIZE,
                    device,
                    "tensor " + spec.name() + ": expected " + spec.byteSize() + " bytes, found "
                            + (data == null ? "no memory" : size));
        }
        if (view == null || Pointer.nativeValue(data) != address) {
            view = data == null ? ByteBuffer.allocate(0) : data.getByteBuffer(0, size);
            address = Pointer.nativeValue(data);
        }
        return view;
    }
}
