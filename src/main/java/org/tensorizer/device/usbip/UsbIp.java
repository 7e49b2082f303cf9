package org.tensorizer.device.usbip;

import org.tensorizer.device.usb.UsbSpeed;
import org.tensorizer.device.usb.UsbStatus;

/** Numbers of the USB/IP protocol 1.1.1, published with the Linux kernel. All fields on the wire are big-endian. */
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
    static int speed(UsbSpeed speed) {
        return switch (speed) {
            case UNKNOWN -> 0;
            case LOW -> 1;
            case FULL -> 2;
            case HIGH -> 3;
            case SUPER -> 5;
            case SUPER_PLUS -> 6;
        };
    }
}
