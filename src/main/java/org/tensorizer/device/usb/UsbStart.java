package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.tensorizer.device.Provenance;

/** From a device on a bus to a chip that is awake: looks it up, resets it once, boots it if it must, wakes it. */
final class UsbStart {
    private static final int DEVICE_DESCRIPTOR_BYTES = 18;
    private static final int VENDOR_AT = 8;
    private static final int PRODUCT_AT = 10;
    private static final int RELEASE_AT = 12;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final UsbBus bus;
    private final String device;
    private final UsbSettings settings;
    private final Supplier<Optional<Firmware>> firmware;

    /** A chip that is awake, and whether it is one of silicon. */
    record Started(UsbChip chip, Provenance provenance) {}

    UsbStart(UsbBus bus, String device, UsbSettings settings, Supplier<Optional<Firmware>> firmware) {
        this.bus = bus;
        this.device = device;
        this.settings = settings;
        this.firmware = firmware;
    }

    /** @throws UsbFault whatever is in the way */
    Started start(UsbSelector selector) {
        try {
            List<UsbPort> devices = bus.devices();
            UsbPort port = selector.find(devices)
                    .orElseThrow(() -> new UsbFault(UsbFault.Cause.NO_DEVICE, device, missing(selector, devices)));
            requireSpeed(port);
            Provenance provenance = reset(port);
            port = await(port, found -> true, "after a reset");
            UsbTransport transport = bus.open(port);
            if (port.isBootLoader()) {
                boot(transport);
                port = await(port, UsbPort::isApplication, "with its firmware");
                transport = bus.open(port);
            }
            return new Started(UsbChip.open(transport, device, settings), provenance);
        } catch (UsbException e) {
            throw UsbFault.of(device, e);
        }
    }

    private static String missing(UsbSelector selector, List<UsbPort> devices) {
        String corals = devices.stream()
                .filter(port -> port.isApplication() || port.isBootLoader())
                .map(UsbPort::toString)
                .collect(Collectors.joining(", "));
        return selector.location().map(at -> at + ": ").orElse("")
                + "expected "
                + (selector.index() == 0 ? "a Coral" : selector.index() + 1 + " Corals")
                + " (18d1:9302 or 1a6e:089a), found "
                + (corals.isEmpty() ? "none among " + devices.size() + " USB devices" : corals);
    }

    private void requireSpeed(UsbPort port) {
        if (port.speed() == UsbSpeed.LOW || port.speed() == UsbSpeed.FULL) {
            throw new UsbFault(
                    UsbFault.Cause.TOO_SLOW, device, port + ": expected at least High Speed, found " + port.speed());
        }
    }

    /** Whatever was before, the device starts anew. */
    private Provenance reset(UsbPort port) {
        try (UsbTransport transport = bus.open(port)) {
            ByteBuffer descriptor =
                    ByteBuffer.allocateDirect(DEVICE_DESCRIPTOR_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            int length = transport.control(
                    ControlRequest.descriptor(ControlRequest.DEVICE_DESCRIPTOR, DEVICE_DESCRIPTOR_BYTES),
                    descriptor,
                    settings.deadlineMillis());
            int vendor = descriptor.getShort(VENDOR_AT) & 0xffff;
            int product = descriptor.getShort(PRODUCT_AT) & 0xffff;
            if (length != DEVICE_DESCRIPTOR_BYTES || vendor != port.vendor() || product != port.product()) {
                throw new UsbFault(
                        UsbFault.Cause.NO_DEVICE,
                        device,
                        String.format(
                                "device descriptor at %s: expected 18 bytes for %s, found %d for %04x:%04x",
                                port.location(), port.ids(), length, vendor, product));
            }
            resetPort(transport);
            int release = descriptor.getShort(RELEASE_AT) & 0xffff;
            return release == Wire.VIRTUAL_RELEASE ? Provenance.EMULATED : Provenance.SILICON;
        }
    }

    private static void resetPort(UsbTransport transport) {
        try {
            transport.reset();
        } catch (UsbException e) {
            if (e.status() != UsbStatus.NOT_FOUND && e.status() != UsbStatus.NO_DEVICE) {
                throw e;
            } // else it came back as another one, to be found anew
        }
    }

    private void boot(UsbTransport transport) {
        try (transport) {
            Firmware image = firmware.get()
                    .orElseThrow(() -> new UsbFault(
                            UsbFault.Cause.NO_FIRMWARE,
                            device,
                            transport.port()
                                    + ": the device waits for its firmware, Google's image, and no installed libedgetpu"
                                    + " has it"));
            new DfuLoader(transport, device, settings.deadlineMillis()).load(image);
            resetPort(transport);
        }
    }

    /** The device at the same place, as soon as it is there. */
    private UsbPort await(UsbPort before, Predicate<UsbPort> wanted, String state) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.deadlineMillis());
        while (true) {
            Optional<UsbPort> now =
                    UsbSelector.at(before.location()).find(bus.devices()).filter(wanted);
            if (now.isPresent()) {
                return now.get();
            }
            if (System.nanoTime() - end > 0) {
                throw new UsbFault(
                        UsbFault.Cause.UNPLUGGED,
                        device,
                        before.location() + ": the device did not come back " + state + " within "
                                + settings.deadlineMillis() + " ms");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
