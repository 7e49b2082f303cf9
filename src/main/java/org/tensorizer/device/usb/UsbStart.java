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
import org.tensorizer.device.usb.UsbDevice.UsbSelector;
import org.tensorizer.device.usb.UsbPort.Speed;
import org.tensorizer.device.usb.Wire.Dfu;

/** From a device on a bus to a chip that is awake: looks it up, resets it once, boots it if it must, wakes it. */
record UsbStart(UsbBus bus, String device, UsbSettings settings, Supplier<Optional<Firmware>> firmware) {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** A chip that is awake, and whether it is one of silicon. */
    record Started(UsbChip chip, Provenance provenance) {}

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
        String corals =
                devices.stream().filter(UsbPort::isCoral).map(UsbPort::toString).collect(Collectors.joining(", "));
        return selector.location().map(at -> at + ": ").orElse("")
                + "expected "
                + (selector.index() == 0 ? "a Coral" : selector.index() + 1 + " Corals")
                + " (18d1:9302 or 1a6e:089a), found "
                + (corals.isEmpty() ? "none among " + devices.size() + " USB devices" : corals);
    }

    private void requireSpeed(UsbPort port) {
        if (port.speed() == Speed.LOW || port.speed() == Speed.FULL) {
            throw new UsbFault(
                    UsbFault.Cause.TOO_SLOW, device, port + ": expected at least High Speed, found " + port.speed());
        }
    }

    /** Whatever was before, the device starts anew. */
    private Provenance reset(UsbPort port) {
        try (UsbTransport transport = bus.open(port)) {
            ByteBuffer descriptor = ByteBuffer.allocateDirect(ControlRequest.DEVICE_DESCRIPTOR_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            int length = transport.control(
                    ControlRequest.descriptor(ControlRequest.DEVICE_DESCRIPTOR, ControlRequest.DEVICE_DESCRIPTOR_BYTES),
                    descriptor,
                    settings.deadlineMillis());
            int vendor = descriptor.getShort(ControlRequest.ID_VENDOR) & 0xffff;
            int product = descriptor.getShort(ControlRequest.ID_PRODUCT) & 0xffff;
            if (length != ControlRequest.DEVICE_DESCRIPTOR_BYTES
                    || vendor != port.vendor()
                    || product != port.product()) {
                throw new UsbFault(
                        UsbFault.Cause.NO_DEVICE,
                        device,
                        String.format(
                                "device descriptor at %s: expected 18 bytes for %s, found %d for %04x:%04x",
                                port.location(), port.ids(), length, vendor, product));
            }
            resetPort(transport);
            int release = descriptor.getShort(ControlRequest.BCD_DEVICE) & 0xffff;
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
            new FirmwareLoader(transport).load(image.image());
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

    /**
     * Puts an image into an Edge TPU that waits for one, in blocks, and reads it back. Requests and states are those of USB
     * DFU 1.1, the order that of libedgetpu's traces.
     */
    private final class FirmwareLoader {
        private final UsbTransport transport;

        FirmwareLoader(UsbTransport transport) {
            this.transport = transport;
        }

        /**
         * Loads the image; the interface is released afterwards, and a reset starts it.
         *
         * @throws UsbFault of cause BOOT, with block or byte: the device refuses the image, or holds another one afterwards
         */
        void load(byte[] image) {
            int block = transferSize();
            transport.claim(Wire.INTERFACE);
            int number = 0;
            for (int at = 0; at < image.length; at += block) {
                download(number++, image, at, Math.min(block, image.length - at), Dfu.STATE_DNLOAD_IDLE);
            }
            download(number, image, 0, 0, Dfu.STATE_IDLE);
            compare(image, block);
            transport.release(Wire.INTERFACE);
        }

        private int transferSize() {
            List<ByteBuffer> descriptors = transport.configuration(settings.deadlineMillis());
            return descriptors.stream()
                    .filter(each -> (each.get(1) & 0xff) == Dfu.FUNCTIONAL_DESCRIPTOR && each.capacity() >= 7)
                    .mapToInt(each -> each.getShort(5) & 0xffff)
                    .filter(bytes -> bytes > 0)
                    .findFirst()
                    .orElseThrow(() -> boot("expected a DFU functional descriptor with a transfer size in the"
                            + " configuration, found none among " + descriptors.size() + " descriptors"));
        }

        private void download(int block, byte[] image, int at, int length, int expected) {
            ByteBuffer data = ByteBuffer.allocateDirect(Math.max(1, length))
                    .put(image, at, length)
                    .flip();
            control(new ControlRequest(Dfu.CLASS_REQUEST, Dfu.DNLOAD, block, Wire.INTERFACE, length), data);
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.deadlineMillis());
            int state = status(block);
            while (state == Dfu.STATE_DNLOAD_BUSY || state == Dfu.STATE_DNLOAD_SYNC || state == Dfu.STATE_MANIFEST) {
                if (System.nanoTime() - end > 0) {
                    throw boot("block " + block + ": still busy after " + settings.deadlineMillis() + " ms");
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                state = status(block);
            }
            if (state != expected) {
                throw boot("block " + block + ": expected state " + expected + ", found " + state);
            }
        }

        private int status(int block) {
            ByteBuffer status = ByteBuffer.allocateDirect(Dfu.STATUS_BYTES);
            int length = control(in(Dfu.GETSTATUS, 0, Dfu.STATUS_BYTES), status);
            if (length != Dfu.STATUS_BYTES) {
                throw boot("block " + block + ": expected a status of " + Dfu.STATUS_BYTES + " bytes, found " + length);
            }
            if (status.get(0) != 0) {
                throw boot("block " + block + ": the device reports error " + (status.get(0) & 0xff) + ", state "
                        + status.get(4));
            }
            return status.get(4);
        }

        private void compare(byte[] image, int block) {
            ByteBuffer data = ByteBuffer.allocateDirect(block);
            int number = 0;
            for (int at = 0; at < image.length; ) {
                int length = control(in(Dfu.UPLOAD, number++, block), data);
                for (int i = 0; i < Math.min(length, image.length - at); i++) {
                    if (data.get(i) != image[at + i]) {
                        throw boot(String.format(
                                "read back: byte %d: expected 0x%02x, found 0x%02x",
                                at + i, image[at + i], data.get(i)));
                    }
                }
                at += length;
                if (length < block && at < image.length) {
                    throw boot("read back: expected " + image.length + " bytes, found " + at);
                }
            }
        }

        private int control(ControlRequest request, ByteBuffer data) {
            return transport.control(request, data, settings.deadlineMillis());
        }

        private static ControlRequest in(int request, int value, int length) {
            return new ControlRequest(
                    Dfu.CLASS_REQUEST | ControlRequest.DEVICE_TO_HOST, request, value, Wire.INTERFACE, length);
        }

        private UsbFault boot(String what) {
            return new UsbFault(UsbFault.Cause.BOOT, device, "boot: " + what);
        }
    }
}
