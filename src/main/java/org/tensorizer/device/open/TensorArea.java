package org.tensorizer.device.open;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.TensorSpec;

/**
 * The tensors of one session in memory that parent and child share: all inputs, then all outputs, each from a multiple
 * of 64 bytes on. The child makes the file, the parent deletes its name once it has mapped it.
 */
final class TensorArea {
    private static final int ALIGNMENT = 64;

    private final List<ByteBuffer> inputs;
    private final List<ByteBuffer> outputs;

    private TensorArea(List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
    }

    static TensorArea map(Path file, List<TensorSpec> inputs, List<TensorSpec> outputs) throws IOException {
        long size = Math.max(size(inputs) + size(outputs), 1);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, size);
            return new TensorArea(views(memory, 0, inputs), views(memory, size(inputs), outputs));
        }
    }

    private static long size(List<TensorSpec> specs) {
        return specs.stream().mapToLong(spec -> padded(spec.byteSize())).sum();
    }

    private static long padded(int size) {
        return (size + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
    }

    private static List<ByteBuffer> views(ByteBuffer memory, long start, List<TensorSpec> specs) {
        List<ByteBuffer> views = new ArrayList<>();
        long at = start;
        for (TensorSpec spec : specs) {
            views.add(memory.slice((int) at, spec.byteSize()).order(ByteOrder.LITTLE_ENDIAN));
            at += padded(spec.byteSize());
        }
        return List.copyOf(views);
    }

    /** Views at position 0, one for each input. */
    List<ByteBuffer> inputs() {
        return inputs;
    }

    List<ByteBuffer> outputs() {
        return outputs;
    }
}
