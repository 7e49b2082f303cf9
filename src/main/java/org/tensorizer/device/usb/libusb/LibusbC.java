package org.tensorizer.device.usb.libusb;

import com.sun.jna.Callback;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import org.tensorizer.device.usb.UsbStatus;

/**
 * The functions of libusb-1.0, mapped directly, and where fields stand in its structures on 64-bit processors. Signatures
 * and offsets are those of libusb.h; a test compares the offsets with the header.
 */
final class LibusbC {
    /** {@code struct libusb_transfer}. */
    static final int TRANSFER_DEVICE = 0;

    static final int TRANSFER_FLAGS = 8;
    static final int TRANSFER_ENDPOINT = 9;
    static final int TRANSFER_TYPE = 10;
    static final int TRANSFER_TIMEOUT = 12;
    static final int TRANSFER_STATUS = 16;
    static final int TRANSFER_LENGTH = 20;
    static final int TRANSFER_ACTUAL_LENGTH = 24;
    static final int TRANSFER_CALLBACK = 32;
    static final int TRANSFER_USER_DATA = 40;
    static final int TRANSFER_BUFFER = 48;

    /** {@code LIBUSB_TRANSFER_TYPE_BULK} and {@code _INTERRUPT}. */
    static final byte TYPE_BULK = 2;

    static final byte TYPE_INTERRUPT = 3;

    /** {@code struct libusb_device_descriptor}. */
    static final int DESCRIPTOR_BYTES = 18;

    static final int DESCRIPTOR_VENDOR = 8;
    static final int DESCRIPTOR_PRODUCT = 10;

    /** {@code struct libusb_version}: four 16-bit numbers, then texts. */
    static final int VERSION_PARTS = 4;

    /** {@code struct timeval}. */
    static final int TIMEVAL_BYTES = 16;

    /** A device stands at most seven hubs deep (USB 3.0). */
    static final int MOST_PORTS = 7;

    private LibusbC() {}

    /** {@code void (*)(struct libusb_transfer*)}. */
    interface Completed extends Callback {
        void invoke(Pointer transfer);
    }

    static native int libusb_init(PointerByReference context);

    static native void libusb_exit(Pointer context);

    static native Pointer libusb_get_version();

    static native long libusb_get_device_list(Pointer context, PointerByReference list);

    static native void libusb_free_device_list(Pointer list, int unref);

    static native int libusb_get_device_descriptor(Pointer device, Pointer descriptor);

    static native byte libusb_get_bus_number(Pointer device);

    static native byte libusb_get_device_address(Pointer device);

    static native int libusb_get_device_speed(Pointer device);

    static native int libusb_get_port_numbers(Pointer device, byte[] ports, int length);

    static native int libusb_open(Pointer device, PointerByReference handle);

    static native void libusb_close(Pointer handle);

    static native int libusb_claim_interface(Pointer handle, int number);

    static native int libusb_release_interface(Pointer handle, int number);

    static native int libusb_reset_device(Pointer handle);

    static native int libusb_control_transfer(
            Pointer handle, byte type, byte request, short value, short index, Pointer data, short length, int timeout);

    static native Pointer libusb_alloc_transfer(int isochronousPackets);

    static native void libusb_free_transfer(Pointer transfer);

    static native int libusb_submit_transfer(Pointer transfer);

    static native int libusb_cancel_transfer(Pointer transfer);

    static native int libusb_handle_events_timeout_completed(Pointer context, Pointer timeval, Pointer completed);

    static native void libusb_interrupt_event_handler(Pointer context);

    /** {@code enum libusb_error}. */
    static UsbStatus error(int code) {
        return switch (code) {
            case 0 -> UsbStatus.COMPLETED;
            case -3 -> UsbStatus.ACCESS;
            case -4 -> UsbStatus.NO_DEVICE;
            case -5 -> UsbStatus.NOT_FOUND;
            case -6 -> UsbStatus.BUSY;
            case -7 -> UsbStatus.TIMED_OUT;
            case -8 -> UsbStatus.OVERFLOW;
            case -9 -> UsbStatus.STALL;
            case -11 -> UsbStatus.NO_MEMORY;
            case -12 -> UsbStatus.NOT_SUPPORTED;
            default -> UsbStatus.IO_ERROR;
        };
    }

    /** {@code enum libusb_transfer_status}. */
    static UsbStatus transferStatus(int code) {
        return switch (code) {
            case 0 -> UsbStatus.COMPLETED;
            case 2 -> UsbStatus.TIMED_OUT;
            case 3 -> UsbStatus.CANCELLED;
            case 4 -> UsbStatus.STALL;
            case 5 -> UsbStatus.NO_DEVICE;
            case 6 -> UsbStatus.OVERFLOW;
            default -> UsbStatus.IO_ERROR;
        };
    }
}
