package org.tensorizer.device.coral;

import org.tensorizer.device.DeviceChoice.Bus;

/**
 * A Coral as libedgetpu lists it.
 *
 * @param path device node ({@code /dev/apex_0}) or USB port in sysfs ({@code /sys/bus/usb/devices/2-1})
 */
public record CoralAddress(Bus bus, String path) {
    @Override
    public String toString() {
        return bus + " " + path;
    }
}
