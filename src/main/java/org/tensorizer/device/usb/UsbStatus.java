package org.tensorizer.device.usb;

/** How a transfer or a call of a {@link UsbTransport} ended. */
public enum UsbStatus {
    COMPLETED("completed"),
    IO_ERROR("input/output error"),
    TIMED_OUT("timed out"),
    CANCELLED("cancelled"),
    STALL("the device refused it (stall)"),
    NO_DEVICE("the device is gone"),
    OVERFLOW("the device sent more than was asked for"),
    ACCESS("no permission"),
    BUSY("in use by another program"),
    NOT_FOUND("not found"),
    NOT_SUPPORTED("not supported"),
    NO_MEMORY("no memory");

    private final String text;

    UsbStatus(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
