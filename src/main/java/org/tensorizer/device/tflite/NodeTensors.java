package org.tensorizer.device.tflite;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.tensorizer.device.DeviceFault;

/**
 * The inputs or the outputs of a custom op, as views of native memory. A view is made once and made anew where TFLite
 * moved or resized the tensor, which is asked before each call.
 */
final class NodeTensors {
    private final String role;
    private final boolean readOnly;
    private final Pointer[] tensors;
    private final long[] addresses;
    private final long[] sizes;
    private final ByteBuffer[] views;
    private final List<ByteBuffer> list;

    /** @param tensors opaque tensors, none of them NULL */
    NodeTensors(String role, boolean readOnly, Pointer... tensors) {
        this.role = role;
        this.readOnly = readOnly;
        this.tensors = tensors;
        this.addresses = new long[tensors.length];
        this.sizes = new long[tensors.length];
        this.views = new ByteBuffer[tensors.length];
        this.list = Collections.unmodifiableList(Arrays.asList(views));
    }

    /** Current views, each at position 0. The list is the same one each time. */
    List<ByteBuffer> refresh(String device) {
        for (int i = 0; i < tensors.length; i++) {
            Pointer data = OpaqueC.TfLiteOpaqueTensorData(tensors[i]);
            long size = OpaqueC.TfLiteOpaqueTensorByteSize(tensors[i]);
            if (views[i] == null || Pointer.nativeValue(data) != addresses[i] || size != sizes[i]) {
                views[i] = view(device, i, data, size);
                addresses[i] = Pointer.nativeValue(data);
                sizes[i] = size;
            }
            views[i].clear();
        }
        return list;
    }

    private ByteBuffer view(String device, int index, Pointer data, long size) {
        if (data == null || size < 0 || size > Integer.MAX_VALUE) {
            throw new DeviceFault(
                    DeviceFault.Kind.REFUSED,
                    device,
                    "the custom op's " + role + " " + index + " has "
                            + (data == null ? "no memory" : size + " bytes, more than a buffer holds"));
        }
        ByteBuffer view = data.getByteBuffer(0, size);
        return (readOnly ? view.asReadOnlyBuffer() : view).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** What the kernel left unwritten would be the bytes of an earlier tensor. */
    void requireWritten(String device) {
        for (int i = 0; i < views.length; i++) {
            if (views[i].position() != views[i].capacity()) {
                throw new DeviceFault(
                        DeviceFault.Kind.WRONG_SIZE,
                        device,
                        "the custom op's " + role + " " + i + ": expected " + views[i].capacity()
                                + " bytes, the kernel wrote " + views[i].position());
            }
        }
    }
}
