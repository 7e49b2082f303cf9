package org.tensorizer.device.usbip;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.tensorizer.base.Closing;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.UsbBus;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.UsbTransport;

/**
 * A host that has imported a device: takes its commands, answers when the device does. One thread reads; answers are
 * written by whichever thread ends a transfer.
 */
final class AttachedHost {
    /** Bytes that a host may have under way. */
    static final long MOST_UNDER_WAY = 64 << 20;

    private static final int MOST_TRANSFERS = 4096;
    private static final int CONTROL_TIMEOUT_MILLIS = 5000;
    private static final int PORT_REQUEST = 0x23;
    private static final int PORT_RESET = 4;
    private static final int FIRST_LOOK_SUPER = 8;
    private static final int FIRST_LOOK_HIGH = 64;

    private final UsbBus bus;
    private final UsbIp.ExportedDevice device;
    private final SocketChannel channel;
    private final UsbIp.Replies replies;
    private final Buffers buffers = new Buffers();
    private UsbTransport transport;

    // guarded by this
    private final Map<Integer, Pending> pending = new HashMap<>();
    private final Map<Integer, Deque<UsbTransport.Transfer>> idle = new HashMap<>();
    private long underWay;

    private static final class Pending {
        private final UsbIp.Command command;
        private final ByteBuffer data;
        private final UsbTransport.Transfer transfer;
        private Integer unlinkedBy;

        Pending(UsbIp.Command command, ByteBuffer data, UsbTransport.Transfer transfer) {
            this.command = command;
            this.data = data;
            this.transfer = transfer;
        }
    }

    /** @throws UsbException the device is gone, or somebody else has it */
    AttachedHost(UsbBus bus, UsbIp.ExportedDevice device, SocketChannel channel) {
        this.bus = bus;
        this.device = device;
        this.channel = channel;
        this.replies = new UsbIp.Replies(channel);
        open(device.port());
    }

    private void open(UsbPort port) {
        transport = bus.open(port);
        claim();
    }

    private void claim() {
        try {
            transport.claim(0);
        } catch (UsbException e) {
            transport.close();
            throw e;
        }
    }

    /** Serves until the connection ends; that the device goes is one reason. */
    void serve() throws IOException {
        while (true) {
            UsbIp.Command command = UsbIp.Command.read(channel, device.id());
            if (command.unlink()) {
                unlink(command);
            } else {
                submit(command);
            }
        }
    }

    /** Takes back what is under way; the device is as after a reset. */
    void detach() throws IOException {
        channel.close();
        try {
            transport.reset();
        } catch (UsbException e) {
            // it came back as another device, or is gone: the next host will see
        } finally {
            transport.close();
        }
    }

    private void submit(UsbIp.Command command) throws IOException {
        ByteBuffer data;
        if (command.in()) {
            data = null;
        } else {
            data = buffers.take(command.value());
            UsbIp.Command.fill(data, channel);
            data.flip();
        }
        if (command.endpoint() == 0) {
            control(command, data);
        } else if (isTooMuch(command.value())) {
            replies.submitted(command.sequence(), UsbIp.status(UsbStatus.NO_MEMORY), 0, null);
        } else {
            bulk(command, data == null ? buffers.take(command.value()) : data);
        }
    }

    private synchronized boolean isTooMuch(int length) {
        return underWay + length > MOST_UNDER_WAY || pending.size() >= MOST_TRANSFERS;
    }

    private void bulk(UsbIp.Command command, ByteBuffer data) throws IOException {
        try {
            Pending next = begin(command, data);
            next.transfer.submit(data, (status, length) -> ended(next, status, length));
        } catch (UsbException e) {
            Pending failed;
            synchronized (this) {
                failed = pending.get(command.sequence());
            }
            if (failed == null) {
                replies.submitted(command.sequence(), UsbIp.status(e.status()), 0, null);
            } else {
                ended(failed, e.status(), 0);
            }
        }
    }

    private synchronized Pending begin(UsbIp.Command command, ByteBuffer data) throws IOException {
        Deque<UsbTransport.Transfer> free = idle.computeIfAbsent(command.endpointAddress(), any -> new ArrayDeque<>());
        UsbTransport.Transfer transfer = free.isEmpty() ? transport.transfer(command.endpointAddress()) : free.pop();
        Pending next = new Pending(command, data, transfer);
        if (pending.putIfAbsent(command.sequence(), next) != null) {
            throw new IOException("two transfers of number " + command.sequence() + " are under way");
        }
        underWay += command.value();
        return next;
    }

    /** Called by whoever ends the transfer; a connection that is broken is noticed by the reading thread. */
    private void ended(Pending ended, UsbStatus status, int length) {
        Integer unlinkedBy;
        boolean last;
        synchronized (this) {
            pending.remove(ended.command.sequence());
            underWay -= ended.command.value();
            unlinkedBy = ended.unlinkedBy;
            idle.get(ended.command.endpointAddress()).push(ended.transfer);
            last = pending.isEmpty();
        }
        try {
            if (unlinkedBy != null && status == UsbStatus.CANCELLED) {
                replies.unlinked(unlinkedBy, -UsbIp.ECONNRESET);
            } else {
                replies.submitted(
                        ended.command.sequence(), UsbIp.status(status), length, ended.command.in() ? ended.data : null);
                if (unlinkedBy != null) {
                    replies.unlinked(unlinkedBy, 0);
                }
            }
            if (status == UsbStatus.NO_DEVICE && last) {
                channel.close();
            }
        } catch (IOException e) {
            Closing.quietly(channel); // the reading thread sees the end
        }
        buffers.give(ended.data);
    }

    private void unlink(UsbIp.Command command) throws IOException {
        Pending found;
        synchronized (this) {
            found = pending.get(command.value());
            if (found != null) {
                found.unlinkedBy = command.sequence();
            }
        }
        if (found == null) {
            replies.unlinked(command.sequence(), 0);
        } else {
            found.transfer.cancel();
        }
    }

    private void control(UsbIp.Command command, ByteBuffer sent) throws IOException {
        ControlRequest request = command.request();
        boolean fits = request.length() == 0 || request.isIn() == command.in();
        ByteBuffer data = sent != null ? sent : buffers.take(request.length());
        UsbStatus status = UsbStatus.COMPLETED;
        int length = 0;
        if (!fits || !command.in() && data.remaining() < request.length()) {
            status = UsbStatus.STALL;
        } else {
            try {
                length = Math.min(control(request, data), command.value());
            } catch (UsbException e) {
                status = e.status();
            }
        }
        replies.submitted(command.sequence(), UsbIp.status(status), length, command.in() ? data : null);
        buffers.give(data);
        if (status == UsbStatus.NO_DEVICE) {
            throw new IOException("the device is gone");
        }
    }

    private int control(ControlRequest request, ByteBuffer data) {
        if (isPortReset(request)) {
            reset();
            return 0;
        }
        if (isFirstLook(request)) {
            reset();
        }
        return transport.control(request, data, CONTROL_TIMEOUT_MILLIS);
    }

    private static boolean isPortReset(ControlRequest request) {
        return request.type() == PORT_REQUEST
                && request.request() == ControlRequest.SET_FEATURE
                && request.value() == PORT_RESET;
    }

    /**
     * Linux keeps a reset of the port to itself; what it asks first afterwards gives it away: the device descriptor in a
     * length that nobody else asks for, with nothing under way.
     */
    private synchronized boolean isFirstLook(ControlRequest request) {
        return pending.isEmpty()
                && request.equals(ControlRequest.descriptor(ControlRequest.DEVICE_DESCRIPTOR, request.length()))
                && (request.length() == FIRST_LOOK_SUPER || request.length() == FIRST_LOOK_HIGH);
    }

    private void reset() {
        try {
            transport.reset();
            claim();
        } catch (UsbException e) {
            if (e.status() != UsbStatus.NOT_FOUND) {
                throw e;
            }
            transport.close();
            synchronized (this) {
                idle.clear();
            }
            open(bus.devices().stream()
                    .filter(port -> port.location().equals(device.port().location()))
                    .findFirst()
                    .orElseThrow(() -> new UsbException(UsbStatus.NO_DEVICE, "reset")));
        }
    }
}
