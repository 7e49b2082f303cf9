package org.tensorizer.device.usb;

/** How fast a USB link is. */
public enum UsbSpeed {
    UNKNOWN("unknown speed"),
    LOW("Low Speed, 1.5 Mbit/s"),
    FULL("Full Speed, 12 Mbit/s"),
    HIGH("High Speed, 480 Mbit/s"),
    SUPER("SuperSpeed, 5 Gbit/s"),
    SUPER_PLUS("SuperSpeed+, 10 Gbit/s");

    private final String text;

    UsbSpeed(String text) {
        this.text = text;
    }

    /** Whether the link is USB 3, which a Coral needs to be fast. */
    public boolean isSuper() {
        return compareTo(SUPER) >= 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
