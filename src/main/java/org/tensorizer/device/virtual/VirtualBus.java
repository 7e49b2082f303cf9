package org.tensorizer.device.virtual;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.usb.UsbBus;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.UsbTransport;

/**
 * A bus with virtual Corals: USB devices in software that execute what they are sent on an emulated Edge TPU. What they
 * answer is emulated, and their strings say so. Whoever opens one may use it like a {@linkplain UsbBus device of this
 * machine}; {@code org.tensorizer.device.usbip} hands it on to other programs.
 *
 * <p>Thread safety: yes.
 */
public final class VirtualBus implements UsbBus {
    /** Number of the bus: devices are at 1-1, 1-2, ... */
    public static final int NUMBER = 1;

    private static final AtomicInteger ADDRESSES = new AtomicInteger();
    private static final int MOST_ADDRESSES = 1 << 15;

    private final List<VirtualCoral> corals = new ArrayList<>();
    private final ScheduledThreadPoolExecutor timer;

    public VirtualBus(VirtualSettings settings) {
        this(settings, ChipParameters.EDGE_TPU);
    }

    /** Devices with a chip that differs from the Edge TPU. */
    public VirtualBus(VirtualSettings settings, ChipParameters chip) {
        this(settings, () -> new Core.Emulated(chip));
    }

    VirtualBus(VirtualSettings settings, Supplier<Core> chips) {
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "virtual USB timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        for (int number = 1; number <= settings.devices(); number++) {
            corals.add(new VirtualCoral(settings, number, chips.get(), timer));
        }
    }

    private static int nextAddress() {
        return 1 + ADDRESSES.updateAndGet(last -> (last + 1) % MOST_ADDRESSES);
    }

    @Override
    public List<UsbPort> devices() {
        return corals.stream().map(VirtualCoral::port).flatMap(Optional::stream).toList();
    }

    @Override
    public UsbTransport open(UsbPort port) {
        for (VirtualCoral coral : corals) {
            if (coral.port().equals(Optional.of(port))) {
                return coral.open(port);
            }
        }
        throw new UsbException(UsbStatus.NO_DEVICE, "open " + port);
    }

    /** Inferences of all devices together so far. */
    public long inferences() {
        return corals.stream().mapToLong(VirtualCoral::inferences).sum();
    }

    /** Unplugs them: transfers under way end with {@link UsbStatus#NO_DEVICE}. */
    @Override
    public void close() {
        corals.forEach(VirtualCoral::close);
        timer.shutdownNow();
    }

    /**
     * Whether a device is plugged in, and as what its bus sees it. Each time it comes as something else it has another
     * address, and whoever had it open has lost it.
     */
    static final class Plug {
        private final VirtualSettings settings;
        private final int number;
        private Descriptors descriptors;
        private int address;
        private boolean present;

        Plug(VirtualSettings settings, int number) {
            this.settings = settings;
            this.number = number;
            in(settings.boot());
        }

        void in(boolean asBootLoader) {
            descriptors = new Descriptors(asBootLoader, settings.speed(), "EMULATED-" + number);
            address = nextAddress();
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
                            NUMBER,
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
}
