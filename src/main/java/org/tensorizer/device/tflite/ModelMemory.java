package org.tensorizer.device.tflite;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A model in native memory, where TFLite uses it in place until its interpreter is deleted, and the same bytes on the
 * Java heap.
 */
final class ModelMemory implements AutoCloseable {
    private final byte[] bytes;
    private final Memory memory;

    /** @param bytes not empty */
    ModelMemory(byte[] bytes) {
        this.bytes = bytes;
        this.memory = new Memory(bytes.length);
        memory.write(0, bytes, 0, bytes.length);
    }

    Pointer pointer() {
        return memory;
    }

    int size() {
        return bytes.length;
    }

    /**
     * Bytes that TFLite points at, as a read-only view that may outlive the native memory: of the model on the heap
     * where they are part of it, else of a copy.
     */
    ByteBuffer view(Pointer start, long length) {
        if (length == 0 || start == null) {
            return ByteBuffer.allocate(0).asReadOnlyBuffer();
        }
        long offset = Pointer.nativeValue(start) - Pointer.nativeValue(memory);
        ByteBuffer view = offset >= 0 && length <= bytes.length - offset
                ? ByteBuffer.wrap(bytes, (int) offset, (int) length).slice()
                : ByteBuffer.wrap(start.getByteArray(0, Math.toIntExact(length)));
        return view.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        memory.close();
    }
}
