package org.tensorizer.device.coral;

import java.util.Locale;

/**
 * A Coral as libedgetpu lists it.
 *
 * @param path device node ({@code /dev/apex_0}) or USB port in sysfs ({@code /sys/bus/usb/devices/2-1})
 */
public record CoralAddress(Bus bus, String path) {
    public enum Bus {
        USB,
        PCI;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public String toString() {
        return bus + " " + path;
    }
}
