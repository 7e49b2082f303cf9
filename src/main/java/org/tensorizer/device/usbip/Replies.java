package org.tensorizer.device.usbip;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;

/**
 * Writes replies to an attached host, each as a whole. A host that does not read makes the writers wait, and with them the
 * device that works for it.
 *
 * <p>Thread safety: yes.
 */
final class Replies {
    private final GatheringByteChannel to;

    Replies(GatheringByteChannel to) {
        this.to = to;
    }

    /**
     * A transfer has ended.
     *
     * @param length bytes transferred
     * @param data those of them that go to the host, from position 0; null for none
     */
    void submitted(int sequence, int status, int length, ByteBuffer data) throws IOException {
        ByteBuffer header = header(UsbIp.RET_SUBMIT, sequence).putInt(status).putInt(length);
        header.putInt(0).putInt(UsbIp.NO_PACKETS).clear();
        write(
                header,
                data == null ? ByteBuffer.allocate(0) : data.duplicate().clear().limit(length));
    }

    /** A command to take a transfer back has been followed, or came too late. */
    void unlinked(int sequence, int status) throws IOException {
        write(header(UsbIp.RET_UNLINK, sequence).putInt(status).clear(), ByteBuffer.allocate(0));
    }

    private static ByteBuffer header(int code, int sequence) {
        return ByteBuffer.allocate(UsbIp.HEADER)
                .putInt(code)
                .putInt(sequence)
                .putInt(0)
                .putInt(0)
                .putInt(0);
    }

    private synchronized void write(ByteBuffer header, ByteBuffer data) throws IOException {
        ByteBuffer[] both = {header, data};
        while (header.hasRemaining() || data.hasRemaining()) {
            to.write(both);
        }
    }
}
