package org.tensorizer.device.usb;

import java.util.List;
import org.tensorizer.device.DeviceFault;

/** A fault of a Coral on USB: what happened, and what there is to do about it. */
public final class UsbFault extends DeviceFault {
    private static final long serialVersionUID = 1L;

    private static final String POWER =
            "power, cable or hub are the usual causes: plug it into a port of the machine or a powered hub";
    private static final String PROGRAM =
            "after a patch or for a program of one's own: the program is wrong; else, as for a transfer that times out: "
                    + POWER;

    /** What there is to tell apart. */
    public enum Cause {
        STALL(Kind.CRASHED, "the device was reset and may be used again; if it comes back, " + POWER),
        TIMEOUT(Kind.HUNG, POWER),
        UNPLUGGED(Kind.CRASHED, "plug it in again; if nobody touched it, " + POWER),
        TRANSFER(Kind.CRASHED, POWER),
        NO_ANSWER(Kind.HUNG, PROGRAM),
        SHORT_OUTPUT(Kind.WRONG_SIZE, PROGRAM),
        SURPLUS_OUTPUT(Kind.WRONG_SIZE, PROGRAM),
        LOST_EVENT(Kind.HUNG, PROGRAM),
        WRONG_EVENT(Kind.CRASHED, PROGRAM),
        FATAL_INTERRUPT(Kind.CRASHED, PROGRAM),
        NO_RESET(Kind.REFUSED, "unplug it and plug it in again"),
        NO_PERMISSION(
                Kind.REFUSED,
                "a udev rule for 18d1:9302 and 1a6e:089a with MODE=\"0664\", TAG+=\"uaccess\", then plug it in again;"
                        + " tensorizer doctor says more"),
        HELD(Kind.REFUSED, "end the other program, or choose another device: one at a time owns a Coral"),
        NO_LIBUSB(Kind.MISSING, "install libusb-1.0 (Debian: libusb-1.0-0), or name it by -Dtensorizer.libusb=FILE"),
        NO_DEVICE(Kind.MISSING, "plug one in, or choose another device; tensorizer doctor shows what there is"),
        NO_FIRMWARE(
                Kind.MISSING,
                "install libedgetpu, in which it is found, or name a file that holds it by -Dtensorizer.usb.firmware=FILE"),
        BOOT(Kind.REFUSED, "unplug the device, plug it in again and retry"),
        CLOSED_MEANWHILE(Kind.CRASHED, "none needed: somebody closed the device during a transfer"),
        TOO_SLOW(Kind.REFUSED, "plug it into a USB 3 or USB 2 High Speed port");

        private final Kind kind;
        private final String remedy;

        Cause(Kind kind, String remedy) {
            this.kind = kind;
            this.remedy = remedy;
        }

        /** For people: what to do. */
        public String remedy() {
            return remedy;
        }
    }

    private final Cause cause;

    /** @param what what was found and where; the remedy is added */
    UsbFault(Cause cause, String device, String what, Throwable origin) {
        super(cause.kind, device, what + ". Remedy: " + cause.remedy, List.of(), origin);
        this.cause = cause;
    }

    public UsbFault(Cause cause, String device, String what) {
        this(cause, device, what, null);
    }

    /** What a failed call or transfer means. */
    static UsbFault of(String device, String what, UsbStatus status, Throwable origin) {
        return new UsbFault(cause(status), device, what + ": " + status, origin);
    }

    static UsbFault of(String device, UsbException failure) {
        return new UsbFault(cause(failure.status()), device, failure.getMessage(), failure);
    }

    private static Cause cause(UsbStatus status) {
        return switch (status) {
            case STALL -> Cause.STALL;
            case TIMED_OUT -> Cause.TIMEOUT;
            case NO_DEVICE, NOT_FOUND -> Cause.UNPLUGGED;
            case ACCESS -> Cause.NO_PERMISSION;
            case BUSY -> Cause.HELD;
            case OVERFLOW -> Cause.SURPLUS_OUTPUT;
            case CANCELLED -> Cause.CLOSED_MEANWHILE;
            case COMPLETED, IO_ERROR, NOT_SUPPORTED, NO_MEMORY -> Cause.TRANSFER;
        };
    }

    public Cause faultCause() {
        return cause;
    }
}
