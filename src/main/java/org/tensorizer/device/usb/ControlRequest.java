package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The setup packet of a control transfer (USB 2.0, 9.3).
 *
 * @param type bmRequestType: bit 7 device to host; bits 5 and 6 standard, class, vendor; bits 0 to 4 recipient
 * @param request bRequest
 * @param value wValue, 16 bits
 * @param index wIndex, 16 bits
 * @param length wLength, bytes of data, 16 bits
 */
public record ControlRequest(int type, int request, int value, int index, int length) {
    public static final int DEVICE_TO_HOST = 0x80;

    /** Standard request GET_DESCRIPTOR. */
    public static final int GET_DESCRIPTOR = 6;

    /** Standard request SET_FEATURE. */
    public static final int SET_FEATURE = 3;
    /** Kinds of descriptors. */
    public static final int DEVICE_DESCRIPTOR = 1;

    public static final int CONFIGURATION_DESCRIPTOR = 2;
    public static final int INTERFACE_DESCRIPTOR = 4;
    /** Length of a device descriptor, and where some of its fields begin. */
    public static final int DEVICE_DESCRIPTOR_BYTES = 18;

    public static final int ID_VENDOR = 8;
    public static final int ID_PRODUCT = 10;
    public static final int BCD_DEVICE = 12;

    public static ControlRequest descriptor(int type, int length) {
        return new ControlRequest(DEVICE_TO_HOST, GET_DESCRIPTOR, type << 8, 0, length);
    }

    /** From the 8 bytes at the buffer's position, which does not move. */
    public static ControlRequest read(ByteBuffer setup) {
        ByteBuffer bytes = setup.slice().order(ByteOrder.LITTLE_ENDIAN);
        return new ControlRequest(
                bytes.get() & 0xff,
                bytes.get() & 0xff,
                bytes.getShort() & 0xffff,
                bytes.getShort() & 0xffff,
                bytes.getShort() & 0xffff);
    }

    /** Whether data goes from the device to the host. */
    public boolean isIn() {
        return (type & DEVICE_TO_HOST) != 0;
    }

    @Override
    public String toString() {
        return String.format(
                "control type 0x%02x request %d value 0x%04x index 0x%04x length %d",
                type, request, value, index, length);
    }
}
