package org.tensorizer.device.usb;

/**
 * A device where it is plugged in, as an enumeration found it.
 *
 * @param bus number of the bus
 * @param path ports from the root hub on, joined by points: {@code 2.3}
 * @param address what the host calls the device until it is reset or plugged in again
 * @param vendor idVendor of the device descriptor
 * @param product idProduct
 */
public record UsbPort(int bus, String path, int address, int vendor, int product, Speed speed) {
    /** Where it is plugged in, the same after a reset and with another firmware: {@code 1-2.3}. */
    public String location() {
        return bus + "-" + path;
    }

    /** {@code 18d1:9302}. */
    public String ids() {
        return String.format("%04x:%04x", vendor, product);
    }

    /** An Edge TPU, ready or not. */
    public boolean isCoral() {
        return isApplication() || isBootLoader();
    }

    /** An Edge TPU that waits for its firmware. */
    public boolean isBootLoader() {
        return vendor == Wire.BOOT_VENDOR && product == Wire.BOOT_PRODUCT;
    }

    /** An Edge TPU that is ready. */
    public boolean isApplication() {
        return vendor == Wire.VENDOR && product == Wire.PRODUCT;
    }

    @Override
    public String toString() {
        return location() + " (" + ids() + ", " + speed + ")";
    }

    /** How fast a USB link is. */
    public enum Speed {
        UNKNOWN("unknown speed"),
        LOW("Low Speed, 1.5 Mbit/s"),
        FULL("Full Speed, 12 Mbit/s"),
        HIGH("High Speed, 480 Mbit/s"),
        SUPER("SuperSpeed, 5 Gbit/s"),
        SUPER_PLUS("SuperSpeed+, 10 Gbit/s");

        private final String text;

        Speed(String text) {
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
}
