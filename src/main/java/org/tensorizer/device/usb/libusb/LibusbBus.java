package org.tensorizer.device.usb.libusb;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.usb.UsbBus;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbFault;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbPort.Speed;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.UsbTransport;

/**
 * The USB devices of this machine. Each instance has a context of libusb of its own and, while a device is open, a thread
 * that waits for transfers to end.
 */
public final class LibusbBus implements UsbBus {
    private static final long WAIT_SECONDS = 1;

    private final Pointer context;
    private final Set<LibusbTransport> open = new HashSet<>();
    private Thread events;
    private volatile boolean closed;

    private LibusbBus(Pointer context) {
        this.context = context;
    }

    /**
     * A context of libusb.
     *
     * @param device for messages: who wants it
     * @throws UsbFault of cause NO_LIBUSB: it is not installed, or does not start
     * @throws BadInputException a named library cannot be loaded
     */
    public static LibusbBus open(String device) {
        if (Libusb.find().isEmpty()) {
            throw new UsbFault(UsbFault.Cause.NO_LIBUSB, device, "expected libusb-1.0, found none");
        }
        PointerByReference context = new PointerByReference();
        int code = LibusbC.libusb_init(context);
        if (code < 0) {
            throw new UsbFault(
                    UsbFault.Cause.NO_LIBUSB, device, "libusb_init: " + LibusbC.error(code) + " (" + code + ")");
        }
        return new LibusbBus(context.getValue());
    }

    @Override
    public synchronized List<UsbPort> devices() {
        List<UsbPort> ports = new ArrayList<>();
        forEach((device, port) -> {
            ports.add(port);
            return null;
        });
        ports.sort(Comparator.comparingInt(UsbPort::bus).thenComparing(LibusbBus::path, LibusbBus::compare));
        return ports;
    }

    private static int[] path(UsbPort port) {
        return Arrays.stream(port.path().split("\\."))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static int compare(int[] one, int[] other) {
        return Arrays.compare(one, other);
    }

    /** Until the visitor gives something. */
    private <T> T forEach(BiFunction<Pointer, UsbPort, T> visitor) {
        requireOpen();
        PointerByReference list = new PointerByReference();
        long count = LibusbC.libusb_get_device_list(context, list);
        check((int) count, "list of devices");
        try {
            T found = null;
            for (long i = 0; i < count && found == null; i++) {
                Pointer device = list.getValue().getPointer(i * Long.BYTES);
                found = visitor.apply(device, port(device));
            }
            return found;
        } finally {
            LibusbC.libusb_free_device_list(list.getValue(), 1);
        }
    }

    private static UsbPort port(Pointer device) {
        try (Memory descriptor = new Memory(LibusbC.DESCRIPTOR_BYTES)) {
            check(LibusbC.libusb_get_device_descriptor(device, descriptor), "device descriptor");
            byte[] ports = new byte[LibusbC.MOST_PORTS];
            int depth = LibusbC.libusb_get_port_numbers(device, ports, ports.length);
            StringBuilder path = new StringBuilder();
            for (int i = 0; i < depth; i++) {
                path.append(i == 0 ? "" : ".").append(ports[i] & 0xff);
            }
            return new UsbPort(
                    LibusbC.libusb_get_bus_number(device) & 0xff,
                    depth > 0 ? path.toString() : "0",
                    LibusbC.libusb_get_device_address(device) & 0xff,
                    descriptor.getShort(LibusbC.DESCRIPTOR_VENDOR) & 0xffff,
                    descriptor.getShort(LibusbC.DESCRIPTOR_PRODUCT) & 0xffff,
                    speed(LibusbC.libusb_get_device_speed(device)));
        }
    }

    private static Speed speed(int code) {
        return code >= 0 && code < Speed.values().length ? Speed.values()[code] : Speed.UNKNOWN;
    }

    @Override
    public synchronized UsbTransport open(UsbPort port) {
        UsbTransport opened = forEach((device, found) ->
                found.bus() == port.bus() && found.address() == port.address() ? open(device, found) : null);
        if (opened == null) {
            throw new UsbException(UsbStatus.NO_DEVICE, "open " + port);
        }
        return opened;
    }

    private LibusbTransport open(Pointer device, UsbPort port) {
        PointerByReference handle = new PointerByReference();
        check(LibusbC.libusb_open(device, handle), "open " + port);
        LibusbTransport transport = new LibusbTransport(this, handle.getValue(), port);
        open.add(transport);
        startEvents();
        return transport;
    }

    private void startEvents() {
        if (events == null) {
            events = new Thread(this::handleEvents, "tensorizer-libusb");
            events.setDaemon(true);
            events.start();
        }
    }

    private void handleEvents() {
        try (Memory timeout = new Memory(LibusbC.TIMEVAL_BYTES)) {
            timeout.setLong(0, WAIT_SECONDS);
            timeout.setLong(Long.BYTES, 0);
            while (!closed) {
                LibusbC.libusb_handle_events_timeout_completed(context, timeout, null);
            }
        }
    }

    synchronized void closed(LibusbTransport transport) {
        open.remove(transport);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the USB bus is closed");
        }
    }

    /** @throws UsbException the code is a failure */
    static void check(int code, String what) {
        if (code < 0) {
            throw new UsbException(LibusbC.error(code), what);
        }
    }

    /** Closes what is open on it. Idempotent. */
    @Override
    public void close() {
        List<LibusbTransport> left;
        synchronized (this) {
            if (closed) {
                return;
            }
            left = List.copyOf(open);
        }
        left.forEach(LibusbTransport::close); // the event thread brings their transfers to an end
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        stopEvents();
        LibusbC.libusb_exit(context);
    }

    private void stopEvents() {
        if (events != null) {
            LibusbC.libusb_interrupt_event_handler(context);
            UsbBus.awaitEnd(events);
        }
    }
}
