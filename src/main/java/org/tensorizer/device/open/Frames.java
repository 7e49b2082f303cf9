package org.tensorizer.device.open;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Frames over a socket: four bytes of length, then the message. One thread at a time in each direction. */
final class Frames implements AutoCloseable {
    /** Large enough for any model, small enough to notice a stream that lost its frames. */
    private static final int LONGEST = 1 << 30;

    private final SocketChannel channel;
    private final ByteBuffer small = ByteBuffer.allocateDirect(8192);

    Frames(SocketChannel channel) {
        this.channel = channel;
    }

    void send(Message message) throws IOException {
        byte[] body = Message.encode(message);
        ByteBuffer frame = body.length + 4 <= small.capacity() ? small.clear() : ByteBuffer.allocate(body.length + 4);
        frame.putInt(body.length).put(body).flip();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    /** @throws EOFException the other side has closed, or its process has ended */
    Message receive() throws IOException {
        small.clear().limit(4);
        fill(small);
        int length = small.getInt(0);
        if (length < 1 || length > LONGEST) {
            throw new IOException("frame of " + length + " bytes");
        }
        ByteBuffer body = length <= small.capacity() ? small.clear().limit(length) : ByteBuffer.allocate(length);
        fill(body);
        byte[] bytes = new byte[length];
        body.flip().get(bytes);
        return Message.decode(bytes);
    }

    private void fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the other side has closed");
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
