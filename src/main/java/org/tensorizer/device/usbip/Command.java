package org.tensorizer.device.usbip;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.tensorizer.device.usb.ControlRequest;

/**
 * What an attached host wants.
 *
 * @param unlink whether a request is to be taken back, else a transfer
 * @param sequence the command's number
 * @param in whether bytes go to the host
 * @param endpoint number without direction
 * @param value length of a transfer, or the number of the command to be taken back
 * @param setup 8 bytes of a control transfer
 */
record Command(boolean unlink, int sequence, boolean in, int endpoint, int value, ByteBuffer setup) {
    /** Longest transfer that is taken. Linux sends bulk data in pieces of at most 16 MB. */
    static final int MOST_BYTES = 64 << 20;

    private static final int MOST_ENDPOINT = 15;

    /**
     * Reads the next command, its data apart.
     *
     * @param device the number that commands must name
     * @throws ProtocolException nothing that can be understood, so that the connection must end: says what was expected
     *     and found
     * @throws IOException the connection ended
     */
    static Command read(ReadableByteChannel from, int device) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(UsbIp.HEADER);
        fill(header, from);
        header.flip();
        int code = header.getInt();
        require(code == UsbIp.CMD_SUBMIT || code == UsbIp.CMD_UNLINK, "a command 1 or 2", code);
        int sequence = header.getInt();
        int named = header.getInt();
        require(named == device, "device 0x" + Integer.toHexString(device), named);
        int direction = header.getInt();
        require(direction == 0 || direction == UsbIp.IN, "direction 0 or 1", direction);
        int endpoint = header.getInt();
        require(endpoint >= 0 && endpoint <= MOST_ENDPOINT, "endpoint 0 to 15", endpoint);
        boolean unlink = code == UsbIp.CMD_UNLINK;
        if (unlink) {
            return new Command(true, sequence, false, endpoint, header.getInt(), null);
        }
        header.getInt(); // flags: what they ask for is the host controller's business
        int length = header.getInt();
        require(length >= 0 && length <= MOST_BYTES, "a length of at most " + MOST_BYTES, length);
        header.getInt(); // start frame
        int packets = header.getInt();
        require(packets == 0 || packets == UsbIp.NO_PACKETS, "no isochronous packets", packets);
        header.getInt(); // interval
        return new Command(false, sequence, direction == UsbIp.IN, endpoint, length, header.slice());
    }

    /** Reads until the buffer is full. */
    static void fill(ByteBuffer buffer, ReadableByteChannel from) throws IOException {
        while (buffer.hasRemaining()) {
            if (from.read(buffer) < 0) {
                throw new EOFException("the host closed the connection");
            }
        }
    }

    private static void require(boolean condition, String expected, int found) throws ProtocolException {
        if (!condition) {
            throw new ProtocolException("expected " + expected + ", found " + found);
        }
    }

    /** The address of the endpoint as descriptors give it. */
    int endpointAddress() {
        return endpoint | (in ? ControlRequest.DEVICE_TO_HOST : 0);
    }

    /** The setup packet of a control transfer. */
    ControlRequest request() {
        return ControlRequest.read(setup.duplicate());
    }
}
