package org.tensorizer.device.usb;

/** A call of a {@link UsbBus} or {@link UsbTransport} failed. What that means for a chip is for the caller to say. */
public final class UsbException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final UsbStatus status;

    /** @param what what was tried, such as {@code claim interface 0} */
    public UsbException(UsbStatus status, String what) {
        super(what + ": " + status);
        this.status = status;
    }

    /** Never {@link UsbStatus#COMPLETED}. */
    public UsbStatus status() {
        return status;
    }
}
