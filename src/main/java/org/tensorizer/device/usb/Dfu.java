package org.tensorizer.device.usb;

/** USB Device Firmware Upgrade 1.1 as far as the boot loader of an Edge TPU speaks it. */
public final class Dfu {
    /** bmRequestType of the requests to the device, OR {@link ControlRequest#DEVICE_TO_HOST}: class, interface. */
    public static final int CLASS_REQUEST = 0x21;

    public static final int DNLOAD = 1;
    public static final int UPLOAD = 2;
    public static final int GETSTATUS = 3;
    public static final int CLRSTATUS = 4;
    public static final int GETSTATE = 5;
    public static final int ABORT = 6;

    /** States of a device that GETSTATUS gives. */
    public static final int STATE_IDLE = 2;

    public static final int STATE_DNLOAD_SYNC = 3;
    public static final int STATE_DNLOAD_BUSY = 4;
    public static final int STATE_DNLOAD_IDLE = 5;
    public static final int STATE_MANIFEST_SYNC = 6;
    public static final int STATE_MANIFEST = 7;
    public static final int STATE_MANIFEST_WAIT_RESET = 8;
    public static final int STATE_UPLOAD_IDLE = 9;
    public static final int STATE_ERROR = 10;

    /** Bytes of the answer of GETSTATUS: status u8, poll timeout u24 in ms, state u8, string u8. */
    public static final int STATUS_BYTES = 6;

    /** bDescriptorType of the functional descriptor. */
    public static final int FUNCTIONAL_DESCRIPTOR = 0x21;

    /** bInterfaceClass and bInterfaceSubClass of a DFU interface. */
    public static final int INTERFACE_CLASS = 0xfe;

    public static final int INTERFACE_SUBCLASS = 1;

    private Dfu() {}
}
