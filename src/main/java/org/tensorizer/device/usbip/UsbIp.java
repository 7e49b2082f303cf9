package org.tensorizer.device.usbip;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.UsbBus;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbPort.Speed;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.UsbTransport;

/**
 * The USB/IP protocol 1.1.1, published with the Linux kernel: its numbers, the devices it lists, the commands of an attached
 * host, and replies to them. All fields on the wire are big-endian.
 */
final class UsbIp {
    static final int VERSION = 0x0111;

    static final int REQ_IMPORT = 0x8003;
    static final int REP_IMPORT = 0x0003;
    static final int REQ_DEVLIST = 0x8005;
    static final int REP_DEVLIST = 0x0005;

    /** Bytes of version, code and status, which every operation begins with. */
    static final int OPERATION = 8;

    static final int BUS_ID = 32;
    static final int PATH = 256;

    /** Status of a reply, as the kernel's own tools number it. */
    static final int OK = 0;

    static final int BUSY = 2;
    static final int NO_DEVICE = 4;

    static final int CMD_SUBMIT = 1;
    static final int CMD_UNLINK = 2;
    static final int RET_SUBMIT = 3;
    static final int RET_UNLINK = 4;

    /** Bytes of a command or its reply, data apart. */
    static final int HEADER = 48;

    static final int IN = 1;
    static final int NO_PACKETS = 0xffffffff;

    /** Linux: the request was unlinked. */
    static final int ECONNRESET = 104;

    private static final int EIO = 5;
    private static final int ENODEV = 19;
    private static final int ENOMEM = 12;
    private static final int EBUSY = 16;
    private static final int EPIPE = 32;
    private static final int EOVERFLOW = 75;
    private static final int ETIMEDOUT = 110;

    private UsbIp() {}

    /** The status of a reply: 0 or a negative error of Linux. */
    static int status(UsbStatus status) {
        return switch (status) {
            case COMPLETED -> 0;
            case STALL -> -EPIPE;
            case OVERFLOW -> -EOVERFLOW;
            case CANCELLED -> -ECONNRESET;
            case NO_DEVICE, NOT_FOUND -> -ENODEV;
            case NO_MEMORY -> -ENOMEM;
            case TIMED_OUT -> -ETIMEDOUT;
            case BUSY -> -EBUSY;
            case IO_ERROR, ACCESS, NOT_SUPPORTED -> -EIO;
        };
    }

    /** Numbers of Linux' enum usb_device_speed. */
    static int speed(Speed speed) {
        return switch (speed) {
            case UNKNOWN -> 0;
            case LOW -> 1;
            case FULL -> 2;
            case HIGH -> 3;
            case SUPER -> 5;
            case SUPER_PLUS -> 6;
        };
    }

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
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            fill(header, from);
            header.flip();
            int code = header.getInt();
            require(code == CMD_SUBMIT || code == CMD_UNLINK, "a command 1 or 2", code);
            int sequence = header.getInt();
            int named = header.getInt();
            require(named == device, "device 0x" + Integer.toHexString(device), named);
            int direction = header.getInt();
            require(direction == 0 || direction == IN, "direction 0 or 1", direction);
            int endpoint = header.getInt();
            require(endpoint >= 0 && endpoint <= MOST_ENDPOINT, "endpoint 0 to 15", endpoint);
            boolean unlink = code == CMD_UNLINK;
            if (unlink) {
                return new Command(true, sequence, false, endpoint, header.getInt(), null);
            }
            header.getInt(); // flags: what they ask for is the host controller's business
            int length = header.getInt();
            require(length >= 0 && length <= MOST_BYTES, "a length of at most " + MOST_BYTES, length);
            header.getInt(); // start frame
            int packets = header.getInt();
            require(packets == 0 || packets == NO_PACKETS, "no isochronous packets", packets);
            header.getInt(); // interval
            return new Command(false, sequence, direction == IN, endpoint, length, header.slice());
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

        ControlRequest request() {
            return ControlRequest.read(setup);
        }
    }

    /**
     * Writes replies to an attached host, each as a whole. A host that does not read makes the writers wait, and with them
     * the device that works for it.
     *
     * <p>Thread safety: yes.
     */
    static final class Replies {
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
            ByteBuffer header = header(RET_SUBMIT, sequence).putInt(status).putInt(length);
            header.putInt(0).putInt(NO_PACKETS).clear();
            write(
                    header,
                    data == null
                            ? ByteBuffer.allocate(0)
                            : data.duplicate().clear().limit(length));
        }

        /** A command to take a transfer back has been followed, or came too late. */
        void unlinked(int sequence, int status) throws IOException {
            write(header(RET_UNLINK, sequence).putInt(status).clear(), ByteBuffer.allocate(0));
        }

        private static ByteBuffer header(int code, int sequence) {
            return ByteBuffer.allocate(HEADER)
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

    /**
     * A device as lists and imports describe it.
     *
     * @param device its device descriptor, 18 bytes
     * @param interfaces class, subclass and protocol of each
     */
    record ExportedDevice(UsbPort port, byte[] device, List<byte[]> interfaces) {
        /** Bytes of the description, interfaces apart. */
        static final int BYTES = PATH + BUS_ID + 24;

        private static final int TIMEOUT_MILLIS = 1000;
        private static final int CONFIGURATION_VALUE = 1;

        /**
         * Asks the device.
         *
         * @throws UsbException it does not answer
         */
        static ExportedDevice of(UsbBus bus, UsbPort port) {
            try (UsbTransport transport = bus.open(port)) {
                ByteBuffer room = ByteBuffer.allocateDirect(ControlRequest.DEVICE_DESCRIPTOR_BYTES);
                ControlRequest request = ControlRequest.descriptor(ControlRequest.DEVICE_DESCRIPTOR, room.capacity());
                byte[] device = new byte[transport.control(request, room, TIMEOUT_MILLIS)];
                room.get(device);
                List<byte[]> interfaces = transport.configuration(TIMEOUT_MILLIS).stream()
                        .filter(each -> each.get(1) == ControlRequest.INTERFACE_DESCRIPTOR
                                && each.capacity() > 8
                                && each.get(3) == 0) // its first setting
                        .map(each -> new byte[] {each.get(5), each.get(6), each.get(7), 0})
                        .toList();
                return new ExportedDevice(port, device, interfaces);
            }
        }

        /** The number commands name the device by. */
        int id() {
            return port.bus() << 16 | port.address();
        }

        /** Appends path, bus id and what the device is. */
        void write(ByteBuffer to) {
            int start = to.position();
            to.put(text("/sys/devices/virtual/tensorizer/" + port.location(), PATH));
            to.put(text(port.location(), BUS_ID));
            to.putInt(port.bus()).putInt(port.address()).putInt(speed(port.speed()));
            to.putShort((short) port.vendor())
                    .putShort((short) port.product())
                    .put(device[13]) // bcdDevice, high byte first here
                    .put(device[12]);
            to.put(device, 4, 3); // class, subclass, protocol
            to.put((byte) CONFIGURATION_VALUE).put(device[17]).put((byte) interfaces.size());
            assert to.position() == start + BYTES;
        }

        private static byte[] text(String text, int length) {
            return ByteBuffer.allocate(length)
                    .put(text.getBytes(StandardCharsets.US_ASCII))
                    .array();
        }
    }
}
