package org.tensorizer.device.usbip;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.UsbBus;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbTransport;

/**
 * A device as lists and imports describe it.
 *
 * @param device its device descriptor, 18 bytes
 * @param interfaces class, subclass and protocol of each
 */
record ExportedDevice(UsbPort port, byte[] device, List<byte[]> interfaces) {
    /** Bytes of the description, interfaces apart. */
    static final int BYTES = UsbIp.PATH + UsbIp.BUS_ID + 24;

    private static final int MOST_CONFIGURATION = 4096;
    private static final int TIMEOUT_MILLIS = 1000;
    private static final int CONFIGURATION_VALUE = 1;

    /**
     * Asks the device.
     *
     * @throws UsbException it does not answer
     */
    static ExportedDevice of(UsbBus bus, UsbPort port) {
        try (UsbTransport transport = bus.open(port)) {
            byte[] device =
                    descriptor(transport, ControlRequest.DEVICE_DESCRIPTOR, ControlRequest.DEVICE_DESCRIPTOR_BYTES);
            byte[] configuration = descriptor(transport, ControlRequest.CONFIGURATION_DESCRIPTOR, MOST_CONFIGURATION);
            List<byte[]> interfaces = new ArrayList<>();
            for (int at = 0; at + 8 < configuration.length && configuration[at] > 1; at += configuration[at]) {
                if (configuration[at + 1] == ControlRequest.INTERFACE_DESCRIPTOR
                        && configuration[at + 3] == 0) { // its first setting
                    interfaces.add(new byte[] {configuration[at + 5], configuration[at + 6], configuration[at + 7], 0});
                }
            }
            return new ExportedDevice(port, device, interfaces);
        }
    }

    private static byte[] descriptor(UsbTransport transport, int type, int length) {
        ByteBuffer room = ByteBuffer.allocateDirect(length);
        byte[] bytes = new byte[transport.control(ControlRequest.descriptor(type, length), room, TIMEOUT_MILLIS)];
        room.get(bytes);
        return bytes;
    }

    /** The number commands name the device by. */
    int id() {
        return id(port);
    }

    private static int id(UsbPort port) {
        return port.bus() << 16 | port.address();
    }

    /** Appends path, bus id and what the device is. */
    void write(ByteBuffer to) {
        int start = to.position();
        to.put(text("/sys/devices/virtual/tensorizer/" + port.location(), UsbIp.PATH));
        to.put(text(port.location(), UsbIp.BUS_ID));
        to.putInt(port.bus()).putInt(port.address()).putInt(UsbIp.speed(port.speed()));
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
