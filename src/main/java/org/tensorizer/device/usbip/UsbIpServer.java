package org.tensorizer.device.usbip;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Closing;
import org.tensorizer.base.Printable;
import org.tensorizer.device.usb.UsbBus;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbStatus;

/**
 * Hands the devices of a bus on to other programs and machines. The protocol has neither encryption nor permission:
 * whoever can connect can use a device, so it should listen to this machine alone.
 *
 * <p>Each device serves one host at a time; hosts of different devices do not disturb each other. When a host goes, in
 * whatever way, its transfers are taken back and the device is reset.
 *
 * <p>Thread safety: yes.
 */
public final class UsbIpServer implements AutoCloseable {
    /** The port that clients try. */
    public static final int PORT = 3240;

    private static final int MOST_CONNECTIONS = 64;
    private static final int HANDSHAKE_MILLIS = 10_000;

    private final UsbBus bus;
    private final Consumer<String> log;
    private final ServerSocketChannel listening;
    /** Connections that are served; one that has ended is taken out when the next one comes. */
    private final Map<SocketChannel, Thread> connections = new ConcurrentHashMap<>();

    private final Map<String, SocketChannel> attached = new ConcurrentHashMap<>();
    private final Thread accepting;

    private UsbIpServer(UsbBus bus, ServerSocketChannel listening, Consumer<String> log) {
        this.bus = bus;
        this.listening = listening;
        this.log = log;
        this.accepting = start("USB/IP server", this::accept);
    }

    /**
     * Begins to listen.
     *
     * @param bus stays the caller's, to be closed after this
     * @param at port 0: any that is free
     * @param log takes a line for each host that comes or goes; called by several threads
     * @throws BadInputException the address is in use, is none of this machine, or needs permission
     */
    public static UsbIpServer start(UsbBus bus, InetSocketAddress at, Consumer<String> log) {
        if (at.isUnresolved()) {
            throw new BadInputException("bind: no address of the name " + at.getHostString());
        }
        try {
            ServerSocketChannel listening = ServerSocketChannel.open();
            try {
                listening.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                listening.bind(at);
            } catch (IOException e) {
                listening.close();
                throw e;
            }
            return new UsbIpServer(bus, listening, log);
        } catch (BindException e) {
            throw new BadInputException("cannot listen at " + at.getHostString() + " port " + at.getPort() + ": "
                    + e.getMessage() + remedy(e));
        } catch (IOException e) {
            throw new BadInputException(
                    "cannot listen at " + at.getHostString() + " port " + at.getPort() + ": " + e.getMessage());
        }
    }

    private static String remedy(BindException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("in use")) {
            return ": is another server running? --port N takes another port";
        }
        return message.contains("ermission") ? ": ports below 1024 are for root; the usual one is " + PORT : "";
    }

    /** Where it listens, with the port it got. */
    public InetSocketAddress address() {
        try {
            return (InetSocketAddress) listening.getLocalAddress();
        } catch (IOException e) {
            throw new IllegalStateException("the server is closed", e);
        }
    }

    /** How many hosts have a device. */
    public int hosts() {
        return attached.size();
    }

    /** Stops listening, ends every connection, and waits until all of them are gone. Idempotent. */
    @Override
    public void close() {
        Closing.quietly(listening);
        UsbBus.awaitEnd(accepting);
        connections.keySet().forEach(Closing::quietly);
        connections.values().forEach(UsbBus::awaitEnd);
    }

    private static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void accept() {
        while (listening.isOpen()) {
            try {
                SocketChannel channel = listening.accept();
                connections.values().removeIf(thread -> !thread.isAlive());
                if (connections.size() >= MOST_CONNECTIONS) {
                    log.accept("refused a connection: " + MOST_CONNECTIONS + " are open already");
                    channel.close();
                    continue;
                }
                connections.put(channel, start("USB/IP " + channel.getRemoteAddress(), () -> serve(channel)));
            } catch (IOException e) {
                if (listening.isOpen()) {
                    log.accept("cannot accept a connection: " + e.getMessage());
                }
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            channel.socket().setSoTimeout(HANDSHAKE_MILLIS);
            handshake(channel, channel.getRemoteAddress().toString().substring(1));
        } catch (IOException e) {
            // before an import nobody is interested
        }
    }

    private void handshake(SocketChannel channel, String from) throws IOException {
        DataInputStream in = new DataInputStream(channel.socket().getInputStream());
        int version = in.readUnsignedShort();
        int code = in.readUnsignedShort();
        in.readInt();
        if (version != UsbIp.VERSION || code != UsbIp.REQ_DEVLIST && code != UsbIp.REQ_IMPORT) {
            log.accept(String.format(
                    "%s: expected version %04x and request %04x or %04x, found %04x and %04x",
                    from, UsbIp.VERSION, UsbIp.REQ_DEVLIST, UsbIp.REQ_IMPORT, version, code));
            return;
        }
        OutputStream out = channel.socket().getOutputStream();
        if (code == UsbIp.REQ_DEVLIST) {
            out.write(list());
            return;
        }
        byte[] name = in.readNBytes(UsbIp.BUS_ID);
        attach(channel, from, new String(name, StandardCharsets.US_ASCII).split("\0", 2)[0]);
    }

    private byte[] list() {
        var devices = bus.devices().stream()
                .map(this::describe)
                .flatMap(Optional::stream)
                .toList();
        int bytes = UsbIp.OPERATION + Integer.BYTES;
        for (UsbIp.ExportedDevice each : devices) {
            bytes += UsbIp.ExportedDevice.BYTES + each.interfaces().size() * Integer.BYTES;
        }
        ByteBuffer reply = reply(bytes, UsbIp.REP_DEVLIST, UsbIp.OK).putInt(devices.size());
        for (UsbIp.ExportedDevice each : devices) {
            each.write(reply);
            each.interfaces().forEach(reply::put);
        }
        return reply.array();
    }

    /** @return empty if it went away while it was asked */
    private Optional<UsbIp.ExportedDevice> describe(UsbPort port) {
        try {
            return Optional.of(UsbIp.ExportedDevice.of(bus, port));
        } catch (UsbException e) {
            return Optional.empty();
        }
    }

    private static ByteBuffer reply(int bytes, int code, int status) {
        return ByteBuffer.allocate(bytes)
                .putShort((short) UsbIp.VERSION)
                .putShort((short) code)
                .putInt(status);
    }

    private void attach(SocketChannel channel, String from, String busId) throws IOException {
        Optional<UsbPort> port = bus.devices().stream()
                .filter(each -> each.location().equals(busId))
                .findFirst();
        if (port.isEmpty()) {
            refuse(channel, from, busId, UsbIp.NO_DEVICE);
        } else if (attached.putIfAbsent(busId, channel) != null) {
            refuse(channel, from, busId, UsbIp.BUSY);
        } else {
            try {
                serve(channel, from, port.get());
            } finally {
                attached.remove(busId);
            }
        }
    }

    private void refuse(SocketChannel channel, String from, String busId, int status) throws IOException {
        String shown = Printable.name(busId);
        log.accept(
                from + " asked for " + shown + (status == UsbIp.BUSY ? ", which is in use" : ", which is not there"));
        channel.socket()
                .getOutputStream()
                .write(reply(UsbIp.OPERATION, UsbIp.REP_IMPORT, status).array());
    }

    private void serve(SocketChannel channel, String from, UsbPort port) throws IOException {
        AttachedHost host;
        UsbIp.ExportedDevice device;
        try {
            device = UsbIp.ExportedDevice.of(bus, port);
            host = new AttachedHost(bus, device, channel);
        } catch (UsbException e) {
            refuse(channel, from, port.location(), e.status() == UsbStatus.BUSY ? UsbIp.BUSY : UsbIp.NO_DEVICE);
            return;
        }
        String end = "the connection ended";
        try {
            ByteBuffer reply = reply(UsbIp.OPERATION + UsbIp.ExportedDevice.BYTES, UsbIp.REP_IMPORT, UsbIp.OK);
            device.write(reply);
            channel.socket().getOutputStream().write(reply.array());
            channel.socket().setSoTimeout(0);
            log.accept(from + " attached " + port);
            host.serve();
        } catch (ProtocolException e) {
            end = "a message that cannot be understood: " + e.getMessage();
        } catch (IOException e) {
            end = e.getMessage() == null ? end : e.getMessage();
        } finally {
            host.detach();
            log.accept(from + " detached " + port.location() + ": " + end);
        }
    }
}
