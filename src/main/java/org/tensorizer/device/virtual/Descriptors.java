package org.tensorizer.device.virtual;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.Dfu;
import org.tensorizer.device.usb.UsbSpeed;
import org.tensorizer.device.usb.Wire;

/**
 * The descriptors of a virtual Coral. Identities, classes and endpoints are those that libedgetpu expects; strings, which
 * it never reads, say that the device is emulated. Power and versions are guesses without consequence.
 *
 * @param boot of the boot loader, else of the application
 * @param speed {@link UsbSpeed#SUPER} or {@link UsbSpeed#HIGH}
 * @param serial for the string descriptor
 */
record Descriptors(boolean boot, UsbSpeed speed, String serial) {
    /** Bytes that the boot loader takes at a time, as seen in a trace of the real library. */
    static final int DFU_TRANSFER = 256;

    private static final int STRING = 3;
    private static final int INTERFACE = 4;
    private static final int ENDPOINT = 5;
    private static final int QUALIFIER = 6;
    private static final int OTHER_SPEED = 7;
    private static final int BOS = 15;
    private static final int CAPABILITY = 16;
    private static final int ENDPOINT_COMPANION = 48;

    private static final int VENDOR_CLASS = 0xff;
    private static final int DFU_MODE_PROTOCOL = 2;
    private static final int DFU_CAN_DOWNLOAD_AND_UPLOAD = 3;
    private static final int DFU_MANIFESTATION_TOLERANT = 4;
    private static final int ENGLISH = 0x0409;
    private static final int BULK = 2;
    private static final int INTERRUPT = 3;

    /** @return empty for a descriptor the device does not have: a stall */
    Optional<byte[]> get(int type, int index) {
        boolean first = index == 0;
        return switch (type) {
            case ControlRequest.DEVICE_DESCRIPTOR -> first ? Optional.of(device()) : Optional.empty();
            case ControlRequest.CONFIGURATION_DESCRIPTOR -> first ? Optional.of(configuration(type)) : Optional.empty();
            case STRING -> string(index);
            case QUALIFIER -> first && !speed.isSuper() ? Optional.of(qualifier()) : Optional.empty();
            case OTHER_SPEED -> first && !speed.isSuper() ? Optional.of(configuration(type)) : Optional.empty();
            case BOS -> first && speed.isSuper() ? Optional.of(binaryObjectStore()) : Optional.empty();
            case Dfu.FUNCTIONAL_DESCRIPTOR -> first && boot ? Optional.of(functional()) : Optional.empty();
            default -> Optional.empty();
        };
    }

    int vendor() {
        return boot ? Wire.BOOT_VENDOR : Wire.VENDOR;
    }

    int product() {
        return boot ? Wire.BOOT_PRODUCT : Wire.PRODUCT;
    }

    /** wMaxPacketSize of the bulk endpoints. */
    int bulkPacket() {
        return speed.isSuper() ? 1024 : 512;
    }

    /** 18 bytes. */
    byte[] device() {
        return little(18)
                .put((byte) 18)
                .put((byte) ControlRequest.DEVICE_DESCRIPTOR)
                .putShort((short) usbVersion())
                .put(new byte[3]) // class, subclass and protocol: see the interface
                .put((byte) (speed.isSuper() ? 9 : 64)) // of endpoint 0: 2^9 or 64 bytes
                .putShort((short) vendor())
                .putShort((short) product())
                .putShort((short) Wire.VIRTUAL_RELEASE)
                .put((byte) 1)
                .put((byte) 2)
                .put((byte) 3)
                .put((byte) 1) // configurations
                .array();
    }

    private int usbVersion() {
        return speed.isSuper() ? 0x0300 : 0x0200;
    }

    private byte[] qualifier() {
        return little(10)
                .put((byte) 10)
                .put((byte) QUALIFIER)
                .putShort((short) usbVersion())
                .put(new byte[3])
                .put((byte) 64)
                .put((byte) 1)
                .put((byte) 0)
                .array();
    }

    private byte[] configuration(int type) {
        byte[] rest = boot ? dfuInterface() : chipInterface();
        return little(9 + rest.length)
                .put((byte) 9)
                .put((byte) type)
                .putShort((short) (9 + rest.length))
                .put((byte) 1) // interfaces
                .put((byte) ControlRequestHandler.CONFIGURATION)
                .put((byte) 0)
                .put((byte) 0x80) // powered by the bus
                .put((byte) (speed.isSuper() ? 896 / 8 : 500 / 2)) // mA
                .put(rest)
                .array();
    }

    private static ByteBuffer interfaceHead(ByteBuffer to, int endpoints, int type, int subclass, int protocol) {
        return to.put((byte) 9)
                .put((byte) INTERFACE)
                .put((byte) Wire.INTERFACE)
                .put((byte) 0)
                .put((byte) endpoints)
                .put((byte) type)
                .put((byte) subclass)
                .put((byte) protocol)
                .put((byte) 0);
    }

    private byte[] dfuInterface() {
        ByteBuffer to = interfaceHead(little(18), 0, Dfu.INTERFACE_CLASS, Dfu.INTERFACE_SUBCLASS, DFU_MODE_PROTOCOL);
        return to.put(functional()).array();
    }

    private static byte[] functional() {
        return little(9)
                .put((byte) 9)
                .put((byte) Dfu.FUNCTIONAL_DESCRIPTOR)
                .put((byte) (DFU_CAN_DOWNLOAD_AND_UPLOAD | DFU_MANIFESTATION_TOLERANT))
                .putShort((short) 1000) // ms to detach
                .putShort((short) DFU_TRANSFER)
                .putShort((short) 0x0110)
                .array();
    }

    private byte[] chipInterface() {
        int endpointBytes = speed.isSuper() ? 7 + 6 : 7;
        ByteBuffer to = interfaceHead(little(9 + 4 * endpointBytes), 4, VENDOR_CLASS, VENDOR_CLASS, VENDOR_CLASS);
        endpoint(to, Wire.BULK_OUT, BULK, bulkPacket(), 0);
        endpoint(to, Wire.OUTPUT_IN, BULK, bulkPacket(), 0);
        endpoint(to, Wire.EVENT_IN, BULK, bulkPacket(), 0);
        endpoint(to, Wire.INTERRUPT_IN, INTERRUPT, 64, 4);
        return to.array();
    }

    private void endpoint(ByteBuffer to, int address, int kind, int packet, int interval) {
        to.put((byte) 7)
                .put((byte) ENDPOINT)
                .put((byte) address)
                .put((byte) kind)
                .putShort((short) packet)
                .put((byte) interval);
        if (speed.isSuper()) {
            to.put((byte) 6)
                    .put((byte) ENDPOINT_COMPANION)
                    .put((byte) (kind == BULK ? 15 : 0)) // packets of a burst, less one
                    .put((byte) 0)
                    .putShort((short) (kind == BULK ? 0 : packet));
        }
    }

    private static byte[] binaryObjectStore() {
        return little(5 + 7 + 10)
                .put((byte) 5)
                .put((byte) BOS)
                .putShort((short) (5 + 7 + 10))
                .put((byte) 2)
                .put((byte) 7)
                .put((byte) CAPABILITY)
                .put((byte) 2) // USB 2.0 extension, without link power management
                .putInt(0)
                .put((byte) 10)
                .put((byte) CAPABILITY)
                .put((byte) 3) // SuperSpeed
                .put((byte) 0)
                .putShort((short) 0xe) // full, high and super speed
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) 0)
                .array();
    }

    private Optional<byte[]> string(int index) {
        return switch (index) {
            case 0 ->
                Optional.of(little(4)
                        .put((byte) 4)
                        .put((byte) STRING)
                        .putShort((short) ENGLISH)
                        .array());
            case 1 -> Optional.of(string("Tensorizer"));
            case 2 -> Optional.of(string(boot ? "Emulated Edge TPU, boot loader" : "Emulated Edge TPU, no Coral"));
            case 3 -> Optional.of(string(serial));
            default -> Optional.empty();
        };
    }

    private static byte[] string(String text) {
        byte[] characters = text.getBytes(StandardCharsets.UTF_16LE);
        return little(2 + characters.length)
                .put((byte) (2 + characters.length))
                .put((byte) STRING)
                .put(characters)
                .array();
    }

    private static ByteBuffer little(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
