package org.tensorizer.device.tflite;

import org.tensorizer.model.TfliteModel;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A model in native memory, where TFLite uses it in place until its interpreter is deleted. */
final class ModelMemory implements AutoCloseable {
    private final TfliteModel model;
    private final Memory memory;

    ModelMemory(TfliteModel model) {
        this.model = model;
        this.memory = new Memory(model.size());
        memory.getByteBuffer(0, model.size()).put(model.bytes());
    }

    Pointer pointer() {
        return memory;
    }

    int size() {
        return model.size();
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
        ByteBuffer view = offset >= 0 && length <= model.size() - offset
                ? model.bytes().slice((int) offset, (int) length)
                : ByteBuffer.wrap(start.getByteArray(0, Math.toIntExact(length)));
        return view.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        memory.close();
    }
}
