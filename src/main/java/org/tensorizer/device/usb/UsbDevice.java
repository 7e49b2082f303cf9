package org.tensorizer.device.usb;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.model.TfliteModel;

/**
 * A Coral USB Accelerator driven by Tensorizer itself: no libedgetpu, and no TFLite for models that are one compiled
 * operator. Whatever goes wrong on the wire is a {@link UsbFault} in this process; the device is then reset, and the next
 * inference opens it again, with pauses that double. Sessions survive that, since all they need is on the host.
 *
 * <p>Parameters are sent when the chip holds others, which is known from what was sent last; tokens play no part.
 *
 * <p>Thread safety: yes. Sessions share the chip and take turns, one inference at a time. {@link #close} may be called
 * during an inference, which then fails.
 */
public final class UsbDevice implements Device {
    private static final long FIRST_PAUSE_NANOS = 100_000_000;

    /** What another attempt may mend. */
    private static final Set<UsbFault.Cause> PASSING = EnumSet.of(
            UsbFault.Cause.STALL,
            UsbFault.Cause.TIMEOUT,
            UsbFault.Cause.UNPLUGGED,
            UsbFault.Cause.TRANSFER,
            UsbFault.Cause.NO_RESET);

    private final UsbBus bus;
    private final UsbSettings settings;
    private final UsbStart start;
    private final String name;
    private final ReentrantLock lock = new ReentrantLock(true);
    private UsbSelector selector;
    private volatile UsbChip chip;
    private volatile boolean closed;
    private volatile Provenance provenance;
    private volatile UsbPort port;

    private UsbDevice(
            UsbBus bus,
            String name,
            UsbSelector selector,
            UsbSettings settings,
            Supplier<Optional<Firmware>> firmware) {
        this.bus = bus;
        this.selector = selector;
        this.settings = settings;
        this.name = name;
        start = new UsbStart(bus, name, settings, firmware);
    }

    /**
     * Opens a Coral; one that waits for its firmware gets it.
     *
     * @param bus closed with the device, also where that cannot be opened
     * @param name how the device is called: {@code usb:0}
     * @throws UsbFault whatever is in the way, with its remedy
     * @throws BadInputException the firmware named is none
     */
    public static UsbDevice open(UsbBus bus, String name, UsbSelector selector, UsbSettings settings) {
        return open(bus, name, selector, settings, () -> Firmware.find(settings.firmware()));
    }

    /** The same, with another source of firmware: for boot loaders that are not Google's chip. */
    public static UsbDevice open(
            UsbBus bus,
            String name,
            UsbSelector selector,
            UsbSettings settings,
            Supplier<Optional<Firmware>> firmware) {
        UsbDevice device = new UsbDevice(TracedBus.ofUser(bus), name, selector, settings, firmware);
        try {
            device.awake();
            return device;
        } catch (RuntimeException e) {
            device.bus.close();
            throw e;
        }
    }

    /** The first Coral of a bus that may be opened, as a {@link UsbSelector} is written; nothing is sent to it. */
    public static Optional<String> first(UsbBus bus) {
        List<UsbPort> corals = bus.devices().stream().filter(UsbPort::isCoral).toList();
        return corals.stream()
                .filter(port -> {
                    try (UsbTransport transport = bus.open(port)) {
                        return true;
                    } catch (UsbException e) {
                        return false;
                    }
                })
                .findFirst()
                .map(port -> String.valueOf(corals.indexOf(port)));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Provenance provenance() {
        return provenance;
    }

    @Override
    public boolean goesByTokens() {
        return false;
    }

    /** Where it was last seen, and how fast. */
    UsbPort port() {
        return port;
    }

    /**
     * Makes a compiled model ready. Nothing is sent yet.
     *
     * @throws BadInputException one that is not compiled, or one that cannot be run over USB
     * @throws DeviceFault TFLite refuses the operators around the compiled ones
     */
    @Override
    public Session open(TfliteModel file) {
        requireOpen();
        if (!file.isCompiled()) {
            throw new BadInputException(file + ": not compiled for the Edge TPU: compile it, or run it on the cpu");
        }
        return UsbSession.open(file, name, this::use);
    }

    /** Wakes the chip if it must; a chip on which the work fails is given up. */
    void use(Consumer<UsbChip> work) {
        lock.lock();
        try {
            UsbChip awake = awake();
            try {
                work.accept(awake);
            } catch (RuntimeException | Error e) {
                chip = null;
                awake.abandon();
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    private UsbChip awake() {
        requireOpen();
        long pause = FIRST_PAUSE_NANOS;
        for (int attempt = 1; chip == null; attempt++) {
            try {
                UsbStart.Started started = start.start(selector);
                provenance = started.provenance();
                port = started.chip().port();
                selector = UsbSelector.at(port.location());
                chip = started.chip();
            } catch (UsbFault e) {
                boolean seenBefore = port != null && e.faultCause() == UsbFault.Cause.NO_DEVICE;
                if (attempt >= settings.attempts() || closed || !(seenBefore || PASSING.contains(e.faultCause()))) {
                    throw e;
                }
                LockSupport.parkNanos(pause);
                pause *= 2;
            }
        }
        if (closed) {
            shut();
            requireOpen();
        }
        return chip;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(name + ": the device is closed");
        }
    }

    private void shut() {
        UsbChip last = chip;
        chip = null;
        if (last != null) {
            last.close();
        }
    }

    /**
     * Puts the chip to sleep and gives the device back. Twice is harmless.
     *
     * @throws UsbFault the device did not take part; it is given back nevertheless, and answers before that are in doubt
     */
    @Override
    public void close() {
        closed = true;
        UsbChip busy = lock.isLocked() ? chip : null;
        if (busy != null) {
            busy.interrupt();
        }
        lock.lock();
        try {
            shut();
        } finally {
            bus.close();
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return port == null ? name : name + " at " + port;
    }

    /**
     * Which of several Corals on USB.
     *
     * @param index from 0 in order of bus and port, where no location is given
     * @param location bus and port, such as {@code 1-2.3}: the same one after every start
     */
    public record UsbSelector(int index, Optional<String> location) {
        /** A bus and a port, as a regular expression. */
        public static final String LOCATION = "\\d{1,3}-\\d{1,3}(?:\\.\\d{1,3}){0,6}";

        /** The n-th. */
        public static UsbSelector index(int index) {
            return new UsbSelector(index, Optional.empty());
        }

        /** A number as {@link #index} has it, or a place as {@link #at} has it. */
        public static UsbSelector of(String text) {
            return text.matches(LOCATION) ? at(text) : index(Integer.parseInt(text));
        }

        /** @throws BadInputException the text is no bus and port */
        public static UsbSelector at(String location) {
            if (!location.matches(LOCATION)) {
                throw new BadInputException("USB port: expected BUS-PORT such as 1-2.3, found \"" + location + "\"");
            }
            return new UsbSelector(0, Optional.of(location));
        }

        /** The device meant, among all of a bus. */
        Optional<UsbPort> find(List<UsbPort> devices) {
            return devices.stream()
                    .filter(UsbPort::isCoral)
                    .filter(port -> location.isEmpty() || port.location().equals(location.get()))
                    .skip(location.isPresent() ? 0 : index)
                    .findFirst();
        }

        /** {@code usb:0} or {@code usb:1-2.3}. */
        @Override
        public String toString() {
            return "usb:" + location.orElse(String.valueOf(index));
        }
    }
}
