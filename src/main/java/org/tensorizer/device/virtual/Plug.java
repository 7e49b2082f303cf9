package org.tensorizer.device.virtual;

import java.util.Optional;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbStatus;

/**
 * Whether a device is plugged in, and as what its bus sees it. Each time it comes as something else it has another
 * address, and whoever had it open has lost it.
 *
 * <p>Thread safety: none; the device's lock guards it.
 */
final class Plug {
    private final VirtualSettings settings;
    private final int number;
    private Descriptors descriptors;
    private int address;
    private boolean present;

    /** Plugs it in. */
    Plug(VirtualSettings settings, int number) {
        this.settings = settings;
        this.number = number;
        in(settings.boot());
    }

    void in(boolean asBootLoader) {
        descriptors = new Descriptors(asBootLoader, settings.speed(), "EMULATED-" + number);
        address = VirtualBus.nextAddress();
        present = true;
    }

    void out() {
        present = false;
    }

    Descriptors descriptors() {
        return descriptors;
    }

    /** @return empty while it is unplugged */
    Optional<UsbPort> port() {
        return present
                ? Optional.of(new UsbPort(
                        VirtualBus.NUMBER,
                        Integer.toString(number),
                        address,
                        descriptors.vendor(),
                        descriptors.product(),
                        settings.speed()))
                : Optional.empty();
    }

    /** @throws UsbException the transport is closed, or its device is gone or came back as another one */
    void require(VirtualTransport transport) {
        if (!present || transport.isClosed() || transport.port().address() != address) {
            throw new UsbException(UsbStatus.NO_DEVICE, transport.port().toString());
        }
    }
}
