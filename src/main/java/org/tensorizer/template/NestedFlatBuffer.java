package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A FlatBuffer around one byte vector that is filled in later, in its final place.
 *
 * <p>A compiled model is four buffers, each a byte vector of the next outer one, with megabytes of weights in the
 * innermost. Built the usual way every level copies them. Here a level is first measured with a short vector (sizes
 * depend on its length only modulo its alignment), then written into a slice of the final array of exactly that size,
 * and the gap it leaves is handed to the next level: every weight byte is written once.
 */
final class NestedFlatBuffer {
    private static final int SCRATCH_BYTES = 1 << 15;

    /** The builder writes a table's vtable before it looks whether it has it already: room for the largest of them. */
    private static final int VTABLE_BYTES = 40;

    private final Content content;
    private final String identifier;
    private final int gap;
    private final int body;
    private final int size;

    /**
     * @param content writes everything, the vector through {@link Gap#vector}
     * @param identifier file identifier of four characters, or empty
     * @param gap length of the vector left open, in bytes
     * @param alignment the largest alignment that {@code content} asks for, a power of two
     */
    NestedFlatBuffer(Content content, String identifier, int gap, int alignment) {
        this.content = content;
        this.identifier = identifier;
        this.gap = gap;
        int shortened = Math.min(gap, alignment + gap % alignment);
        FlatBufferBuilder scratch = new FlatBufferBuilder(SCRATCH_BYTES);
        content.write(scratch, new Gap(shortened));
        body = Math.addExact(scratch.offset(), gap - shortened);
        size = Math.addExact(body + Integer.BYTES + identifier.length() + VTABLE_BYTES, alignment - 1) & -alignment;
    }

    /** What a level holds. */
    @FunctionalInterface
    interface Content {
        /** @return the root table; the builder is not to be finished */
        int write(FlatBufferBuilder builder, Gap gap);
    }

    /** Bytes of the whole buffer, the gap included. */
    int size() {
        return size;
    }

    /**
     * Writes the buffer.
     *
     * @param target exactly {@link #size()} bytes, all zero
     * @return the gap, to be filled by the caller; little-endian
     */
    ByteBuffer write(ByteBuffer target) {
        FlatBufferBuilder builder = new FlatBufferBuilder(target.slice(), new Fixed());
        Gap open = new Gap(gap);
        int root = content.write(builder, open);
        if (builder.offset() != body) {
            throw new IllegalStateException("measured " + body + " bytes, wrote " + builder.offset());
        }
        // the builder's own finish() wants a page of room to spare
        ByteBuffer head = target.slice().order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(size - root).put(identifier.getBytes(StandardCharsets.US_ASCII));
        return open.bytes;
    }

    /** The vector left open. */
    static final class Gap {
        private final int length;
        private ByteBuffer bytes;

        private Gap(int length) {
            this.length = length;
        }

        /** A byte vector whose data starts at a multiple of {@code alignment}. */
        int vector(FlatBufferBuilder builder, int alignment) {
            bytes = builder.createUnintializedVector(1, length, alignment);
            return builder.endVector();
        }

        /** The same as a FlatBuffers string, which has a NUL behind its data. */
        int string(FlatBufferBuilder builder, int alignment) {
            builder.prep(alignment, length + 1);
            builder.putByte((byte) 0);
            return vector(builder, 1);
        }
    }

    /** A buffer of the measured size never grows. */
    private static final class Fixed extends FlatBufferBuilder.ByteBufferFactory {
        @Override
        public ByteBuffer newByteBuffer(int capacity) {
            throw new IllegalStateException("the measured size is too small, " + capacity + " bytes asked for");
        }
    }
}
