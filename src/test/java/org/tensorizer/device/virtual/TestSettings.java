package org.tensorizer.device.virtual;

import java.util.List;
import org.tensorizer.device.usb.UsbPort.Speed;

/** Virtual Corals that differ from the usual one. */
public final class TestSettings {
    private TestSettings() {}

    public static VirtualSettings devices(int number) {
        return new VirtualSettings(number, false, Speed.SUPER, List.of(), false, line -> {});
    }

    /** One that waits for its firmware. */
    public static VirtualSettings boot() {
        return new VirtualSettings(1, true, Speed.SUPER, List.of(), false, line -> {});
    }

    public static VirtualSettings speed(Speed speed) {
        return new VirtualSettings(1, false, speed, List.of(), false, line -> {});
    }
}
