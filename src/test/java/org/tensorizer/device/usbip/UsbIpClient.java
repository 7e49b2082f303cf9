package org.tensorizer.device.usbip;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A USB/IP host written from the text of the protocol (Documentation/usb/usbip_protocol.rst) and from nothing of the
 * server: every number below is the document's.
 */
final class UsbIpClient implements Closeable {
    static final int ECONNRESET = -104;
    static final int EPIPE = -32;
    private static final int TIMEOUT = 20_000;

    /** Below this a command is sent in one piece. */
    private static final int SMALL = 16 << 10;

    final Socket socket;
    final DataInputStream in;
    final DataOutputStream out;
    private final Map<Integer, Reply> early = new HashMap<>();
    private final Map<Integer, Boolean> directions = new HashMap<>();
    private int device;
    private int sequence;

    UsbIpClient(InetSocketAddress server) throws IOException {
        socket = new Socket();
        socket.connect(server, TIMEOUT);
        socket.setSoTimeout(TIMEOUT);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        out = new DataOutputStream(socket.getOutputStream());
    }

    /** A device of a list or an import; interfaces only of a list. */
    record Described(
            String path,
            String busId,
            int bus,
            int number,
            int speed,
            int vendor,
            int product,
            List<Integer> interfaces) {}

    /** A reply to a command. */
    record Reply(int command, int sequence, int status, byte[] data, int length) {}

    static List<Described> list(InetSocketAddress server) throws IOException {
        try (UsbIpClient client = new UsbIpClient(server)) {
            client.operation(0x8005);
            client.expect(0x0111, client.in.readUnsignedShort());
            client.expect(0x0005, client.in.readUnsignedShort());
            client.expect(0, client.in.readInt());
            List<Described> devices = new ArrayList<>();
            for (int left = client.in.readInt(); left > 0; left--) {
                devices.add(client.described(true));
            }
            client.expect(-1, client.in.read());
            return devices;
        }
    }

    private void operation(int code, byte... rest) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        DataOutputStream to = new DataOutputStream(message);
        to.writeShort(0x0111);
        to.writeShort(code);
        to.writeInt(0);
        to.write(rest);
        out.write(message.toByteArray());
    }

    private Described described(boolean withInterfaces) throws IOException {
        String path = text(256);
        String busId = text(32);
        int bus = in.readInt();
        int number = in.readInt();
        int speed = in.readInt();
        int vendor = in.readUnsignedShort();
        int product = in.readUnsignedShort();
        in.readUnsignedShort(); // bcdDevice
        in.readNBytes(3); // class, subclass, protocol
        expect(1, in.read()); // bConfigurationValue
        expect(1, in.read()); // bNumConfigurations
        int count = in.read();
        List<Integer> interfaces = new ArrayList<>();
        for (int i = 0; withInterfaces && i < count; i++) {
            interfaces.add(in.readInt() >>> 8);
        }
        return new Described(path, busId, bus, number, speed, vendor, product, interfaces);
    }

    private String text(int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.US_ASCII).split("\0", 2)[0];
    }

    private void expect(int expected, int found) throws IOException {
        if (found != expected) {
            throw new IOException(String.format("expected 0x%x, found 0x%x", expected, found));
        }
    }

    /** @return status: 0 if the device is ours now */
    int attach(String busId) throws IOException {
        byte[] name = new byte[32];
        byte[] ascii = busId.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, name, 0, ascii.length);
        operation(0x8003, name);
        expect(0x0111, in.readUnsignedShort());
        expect(0x0003, in.readUnsignedShort());
        int status = in.readInt();
        if (status == 0) {
            Described described = described(false);
            device = described.bus() << 16 | described.number();
        }
        return status;
    }

    static UsbIpClient attached(InetSocketAddress server, String busId) throws IOException {
        UsbIpClient client = new UsbIpClient(server);
        client.expect(0, client.attach(busId));
        return client;
    }

    int device() {
        return device;
    }

    /** USBIP_CMD_SUBMIT; gives its number. */
    int submit(boolean toHost, int endpoint, int length, long setup, byte... data) throws IOException {
        return submit(toHost, endpoint, length, setup, data, 0, data.length);
    }

    /** The same with a part of an array. */
    int submit(boolean toHost, int endpoint, int length, long setup, byte[] data, int from, int sent)
            throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream(48);
        DataOutputStream to = new DataOutputStream(message);
        to.writeInt(1);
        to.writeInt(++sequence);
        to.writeInt(device);
        to.writeInt(toHost ? 1 : 0);
        to.writeInt(endpoint);
        to.writeInt(0); // transfer_flags
        to.writeInt(length);
        to.writeInt(0); // start_frame
        to.writeInt(0xffffffff); // number_of_packets
        to.writeInt(0); // interval
        to.writeLong(setup);
        if (sent < SMALL) {
            to.write(data, from, sent);
        }
        directions.put(sequence, toHost);
        out.write(message.toByteArray());
        if (sent >= SMALL) {
            out.write(data, from, sent);
        }
        return sequence;
    }

    int read(int endpoint, int length) throws IOException {
        return submit(true, endpoint, length, 0);
    }

    int write(byte[] data) throws IOException {
        return submit(false, 1, data.length, 0, data);
    }

    /** USBIP_CMD_UNLINK; gives its number. */
    int unlink(int which) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream(48);
        DataOutputStream to = new DataOutputStream(message);
        to.writeInt(2);
        to.writeInt(++sequence);
        to.writeInt(device);
        to.writeInt(0);
        to.writeInt(0);
        to.writeInt(which);
        to.write(new byte[24]);
        out.write(message.toByteArray());
        return sequence;
    }

    /** The next reply, whichever command it is for. */
    Reply next() throws IOException {
        int command = in.readInt();
        int number = in.readInt();
        expect(0, in.readInt());
        expect(0, in.readInt());
        expect(0, in.readInt());
        int status = in.readInt();
        if (command == 4) {
            for (int i = 0; i < 6; i++) {
                expect(0, in.readInt());
            }
            return new Reply(command, number, status, new byte[0], 0);
        }
        expect(3, command);
        int length = in.readInt();
        expect(0, in.readInt());
        expect(0xffffffff, in.readInt());
        expect(0, in.readInt());
        expect(0, in.readInt());
        expect(0, in.readInt());
        Boolean toHost = directions.remove(number);
        if (toHost == null) {
            throw new IOException("a reply to " + number + ", which was not asked or is answered already");
        }
        return new Reply(command, number, status, toHost ? in.readNBytes(length) : new byte[0], length);
    }

    /** The reply to a command; others that come before it are kept. */
    Reply await(int number) throws IOException {
        while (!early.containsKey(number)) {
            Reply reply = next();
            early.put(reply.sequence(), reply);
        }
        return early.remove(number);
    }

    Reply control(int type, int request, int value, int index, int length, byte... data) throws IOException {
        long setup = (long) type << 56
                | (long) request << 48
                | swapped(value) << 32
                | swapped(index) << 16
                | swapped(length);
        return await(submit((type & 0x80) != 0, 0, length, setup, data));
    }

    /** Two bytes, low one first, in a number that is written high byte first. */
    private static long swapped(int value) {
        return (value & 0xffL) << 8 | value >> 8 & 0xff;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
