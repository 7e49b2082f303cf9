package org.tensorizer.device.usbip;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Direct buffers of one connection, kept for the next transfer: making one takes longer than filling it.
 *
 * <p>Thread safety: yes.
 */
final class Buffers {
    private static final int SMALLEST = 1024;
    private static final int MOST_KEPT = 8 << 20;

    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    private long kept;

    /** A buffer with the limit given, position 0; its bytes are whatever was there. */
    synchronized ByteBuffer take(int length) {
        for (ByteBuffer buffer : free) {
            if (buffer.capacity() >= length && buffer.capacity() / 4 <= Math.max(length, SMALLEST)) {
                free.remove(buffer);
                kept -= buffer.capacity();
                return buffer.clear().limit(length);
            }
        }
        return ByteBuffer.allocateDirect(Math.max(SMALLEST, length)).limit(length);
    }

    synchronized void give(ByteBuffer buffer) {
        if (kept + buffer.capacity() <= MOST_KEPT) {
            free.push(buffer);
            kept += buffer.capacity();
        }
    }
}
