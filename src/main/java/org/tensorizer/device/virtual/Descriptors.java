package org.tensorizer.device.virtual;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.UsbPort.Speed;
import org.tensorizer.device.usb.Wire;
import org.tensorizer.device.usb.Wire.Dfu;

/**
 * The descriptors of a virtual Coral. Identities, classes and endpoints are those that libedgetpu expects; strings, which
 * it never reads, say that the device is emulated. Power and versions are guesses without consequence.
 *
 * @param boot of the boot loader, else of the application
 * @param speed {@link Speed#SUPER} or {@link Speed#HIGH}
 * @param serial for the string descriptor
 */
record Descriptors(boolean boot, Speed speed, String serial) {
    /** Bytes that the boot loader takes at a time, as seen in a trace of the real library. */
    static final int DFU_TRANSFER = 256;

    private static final int STRING = 3;
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
        return new Bytes(ControlRequest.DEVICE_DESCRIPTOR)
                .word(usbVersion())
                .add(0, 0, 0) // class, subclass and protocol: see the interface
                .add(speed.isSuper() ? 9 : 64) // of endpoint 0: 2^9 or 64 bytes
                .word(vendor())
                .word(product())
                .word(Wire.VIRTUAL_RELEASE)
                .add(1, 2, 3) // strings
                .add(1) // configurations
                .done();
    }

    private int usbVersion() {
        return speed.isSuper() ? 0x0300 : 0x0200;
    }

    private byte[] qualifier() {
        return new Bytes(QUALIFIER).word(usbVersion()).add(0, 0, 0, 64, 1, 0).done();
    }

    private byte[] configuration(int type) {
        byte[] rest = boot ? dfuInterface() : chipInterface();
        byte[] head = new Bytes(type)
                .word(9 + rest.length)
                .add(1) // interfaces
                .add(ControlRequestHandler.CONFIGURATION, 0)
                .add(0x80) // powered by the bus
                .add(speed.isSuper() ? 896 / 8 : 500 / 2) // mA
                .done();
        return joined(head, rest);
    }

    private static byte[] interfaceHead(int endpoints, int type, int subclass, int protocol) {
        return new Bytes(ControlRequest.INTERFACE_DESCRIPTOR)
                .add(Wire.INTERFACE, 0, endpoints, type, subclass, protocol, 0)
                .done();
    }

    private static byte[] dfuInterface() {
        return joined(interfaceHead(0, Dfu.INTERFACE_CLASS, Dfu.INTERFACE_SUBCLASS, DFU_MODE_PROTOCOL), functional());
    }

    private static byte[] functional() {
        return new Bytes(Dfu.FUNCTIONAL_DESCRIPTOR)
                .add(DFU_CAN_DOWNLOAD_AND_UPLOAD | DFU_MANIFESTATION_TOLERANT)
                .word(1000) // ms to detach
                .word(DFU_TRANSFER)
                .word(0x0110)
                .done();
    }

    private byte[] chipInterface() {
        return joined(
                interfaceHead(4, VENDOR_CLASS, VENDOR_CLASS, VENDOR_CLASS),
                endpoint(Wire.BULK_OUT, BULK, bulkPacket(), 0),
                endpoint(Wire.OUTPUT_IN, BULK, bulkPacket(), 0),
                endpoint(Wire.EVENT_IN, BULK, bulkPacket(), 0),
                endpoint(Wire.INTERRUPT_IN, INTERRUPT, 64, 4));
    }

    private byte[] endpoint(int address, int kind, int packet, int interval) {
        byte[] endpoint = new Bytes(ENDPOINT)
                .add(address, kind)
                .word(packet)
                .add(interval)
                .done();
        return speed.isSuper()
                ? joined(
                        endpoint,
                        new Bytes(ENDPOINT_COMPANION)
                                .add(kind == BULK ? 15 : 0) // packets of a burst, less one
                                .add(0)
                                .word(kind == BULK ? 0 : packet)
                                .done())
                : endpoint;
    }

    private static byte[] binaryObjectStore() {
        byte[] usb2 = new Bytes(CAPABILITY).add(2, 0, 0, 0, 0).done(); // extension, no link power management
        byte[] superSpeed = new Bytes(CAPABILITY)
                .add(3, 0)
                .word(0xe) // full, high and super speed
                .add(1, 0)
                .word(0)
                .done();
        byte[] head = new Bytes(BOS)
                .word(5 + usb2.length + superSpeed.length)
                .add(2) // capabilities
                .done();
        return joined(head, usb2, superSpeed);
    }

    private Optional<byte[]> string(int index) {
        return switch (index) {
            case 0 -> Optional.of(new Bytes(STRING).word(ENGLISH).done());
            case 1 -> Optional.of(string("Tensorizer"));
            case 2 -> Optional.of(string(boot ? "Emulated Edge TPU, boot loader" : "Emulated Edge TPU, no Coral"));
            case 3 -> Optional.of(string(serial));
            default -> Optional.empty();
        };
    }

    private static byte[] string(String text) {
        Bytes bytes = new Bytes(STRING);
        text.chars().forEach(bytes::word);
        return bytes.done();
    }

    private static byte[] joined(byte[]... descriptors) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] each : descriptors) {
            all.writeBytes(each);
        }
        return all.toByteArray();
    }

    /** A descriptor as it grows: its length, its type, and what follows them. Words are little-endian. */
    private static final class Bytes {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Bytes(int type) {
            add(0, type);
        }

        Bytes add(int... values) {
            for (int value : values) {
                bytes.write(value);
            }
            return this;
        }

        Bytes word(int value) {
            return add(value, value >>> 8);
        }

        byte[] done() {
            byte[] all = bytes.toByteArray();
            all[0] = (byte) all.length;
            return all;
        }
    }
}
