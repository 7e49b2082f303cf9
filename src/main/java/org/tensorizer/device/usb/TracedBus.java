package org.tensorizer.device.usb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.device.usb.Wire.Dfu;

/**
 * A bus on which everything is written down, one line an event, in the order in which the host sees it.
 *
 * <p>The lines are those of the traces of the real libedgetpu: {@code read32 1a318 0xa00000} for a register (address, then
 * value, hexadecimal), {@code header 3004000000000000 length 1072 tag 0}, {@code arm-in ep1 1024} for a read that starts
 * and {@code in ep1 256} for one that ends, {@code dfu-dnload 0 256} for a block of firmware. What failed ends with
 * {@code failed:} and the reason.
 */
public final class TracedBus implements UsbBus {
    private static final String FAILED = " failed: ";
    private static final Pattern ACCESS =
            Pattern.compile("(read|write)(32|64) ([0-9a-f]{1,8}) 0x[0-9a-f]{1,16}( failed: .*)?");
    private static final Pattern HEADER = Pattern.compile("header [0-9a-f]{16} length (\\d{1,10}) tag (\\d{1,2})");
    private static final Pattern READ = Pattern.compile("(?:arm-)?in ep(\\d) \\d+( failed: .*)?");
    private static final Pattern OTHER = Pattern.compile("(init|get_device_list|exit|close|reset_device|open #\\d+"
            + "|get_descriptor type \\d+|(claim|release)_interface \\d+|bulk-out \\d+|out ep1 \\d+"
            + "|dfu-(dnload|upload) \\d+ \\d+|dfu-getstatus -> state -?\\d+|control type .*)( failed: .*)?");

    private final UsbBus bus;
    private final Consumer<String> lines;
    private final AtomicInteger opened = new AtomicInteger();

    /** @param lines gets each line, possibly from several threads at a time */
    public TracedBus(UsbBus bus, Consumer<String> lines) {
        this.bus = bus;
        this.lines = lines;
        lines.accept("init");
    }

    /**
     * The bus itself, or one that appends to the file of {@link UsbSettings#TRACE} if the user wants that.
     *
     * @throws BadInputException the file cannot be written
     */
    public static UsbBus ofUser(UsbBus bus) {
        return UsbSettings.TRACE
                .value()
                .<UsbBus>map(name -> new TracedBus(bus, file(InputFile.path(name))))
                .orElse(bus);
    }

    /**
     * Appends lines to a file, which it makes if need be.
     *
     * @throws BadInputException it cannot be written
     */
    public static Consumer<String> file(Path file) {
        append(file, "");
        return line -> append(file, line + "\n");
    }

    private static synchronized void append(Path file, String text) {
        try {
            Files.write(
                    file,
                    text.getBytes(StandardCharsets.US_ASCII),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new BadInputException("trace: " + file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public List<UsbPort> devices() {
        lines.accept("get_device_list");
        return bus.devices();
    }

    @Override
    public UsbTransport open(UsbPort port) {
        UsbTransport transport = bus.open(port);
        lines.accept("open #" + opened.incrementAndGet());
        return new Traced(transport);
    }

    @Override
    public void close() {
        bus.close();
        lines.accept("exit");
    }

    /**
     * What a line is about, for people: register and its meaning, tag, endpoint.
     *
     * @return empty text where the line says it all; nothing where it is no line of a trace
     */
    public static Optional<String> explain(String line) {
        Matcher access = ACCESS.matcher(line);
        if (access.matches()) {
            return Optional.of(Register.at(Integer.parseUnsignedInt(access.group(3), 16))
                    .map(register -> register.name() + ": " + register.meaning())
                    .orElse("no register that a host is known to use"));
        }
        Matcher header = HEADER.matcher(line);
        if (header.matches()) {
            int tag = Integer.parseInt(header.group(2));
            return Optional.of(tag < Wire.Tag.values().length ? Wire.Tag.values()[tag].toString() : "unknown tag");
        }
        Matcher read = READ.matcher(line);
        if (read.matches()) {
            return Optional.of(
                    switch (read.group(1)) {
                        case "1" -> "output";
                        case "2" -> "event";
                        case "3" -> "interrupt";
                        default -> "";
                    });
        }
        return OTHER.matcher(line).matches() ? Optional.of("") : Optional.empty();
    }

    private static String line(ControlRequest request, ByteBuffer data, int length) {
        int type = request.type() & ~ControlRequest.DEVICE_TO_HOST;
        if (type == Wire.VENDOR_REQUEST) {
            return register(request, data);
        }
        if (type == 0 && request.request() == ControlRequest.GET_DESCRIPTOR) {
            return "get_descriptor type " + (request.value() >>> 8);
        }
        if (type == Dfu.CLASS_REQUEST) {
            return switch (request.request()) {
                case Dfu.DNLOAD -> "dfu-dnload " + request.value() + " " + request.length();
                case Dfu.UPLOAD -> "dfu-upload " + request.value() + " " + request.length();
                case Dfu.GETSTATUS ->
                    "dfu-getstatus -> state " + (length == Dfu.STATUS_BYTES ? data.get(data.position() + 4) : -1);
                default -> request.toString();
            };
        }
        return request.toString();
    }

    private static String register(ControlRequest request, ByteBuffer data) {
        ByteBuffer little = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        boolean wide = request.request() == Wire.ACCESS_64;
        long value = wide ? little.getLong(data.position()) : Integer.toUnsignedLong(little.getInt(data.position()));
        return (request.isIn() ? "read" : "write") + (wide ? "64 " : "32 ")
                + Integer.toHexString(Register.address(request)) + " 0x" + Long.toHexString(value);
    }

    private static String header(ByteBuffer bytes) {
        byte[] raw = new byte[Wire.Header.BYTES];
        bytes.get(0, raw);
        Wire.Header header = Wire.Header.read(bytes, 0);
        return "header " + HexFormat.of().formatHex(raw) + " length " + header.length() + " tag " + header.tag();
    }

    private static String in(int endpoint, int length) {
        return (endpoint == Wire.BULK_OUT ? "out" : "in") + " ep" + (endpoint & 0xf) + " " + length;
    }

    private final class Traced implements UsbTransport {
        private final UsbTransport transport;

        /** Bytes that the last header announced and that are still to come. */
        private long announced;

        private boolean closed;

        private Traced(UsbTransport transport) {
            this.transport = transport;
        }

        @Override
        public UsbPort port() {
            return transport.port();
        }

        @Override
        public void claim(int number) {
            done("claim_interface " + number, () -> transport.claim(number));
        }

        @Override
        public void release(int number) {
            done("release_interface " + number, () -> transport.release(number));
        }

        @Override
        public int control(ControlRequest request, ByteBuffer data, int timeoutMillis) {
            try {
                int length = transport.control(request, data, timeoutMillis);
                lines.accept(line(request, data, length));
                return length;
            } catch (UsbException e) {
                lines.accept(line(request, data, 0) + FAILED + e.status());
                throw e;
            }
        }

        @Override
        public UsbTransport.Transfer transfer(int endpoint) {
            return new TracedTransfer(transport.transfer(endpoint), endpoint);
        }

        @Override
        public void reset() {
            done("reset_device", transport::reset);
        }

        private void done(String line, Runnable call) {
            try {
                call.run();
                lines.accept(line);
            } catch (UsbException e) {
                boolean another = e.status() == UsbStatus.NOT_FOUND; // the device of before came back as another one
                lines.accept(another ? line : line + FAILED + e.status());
                throw e;
            }
        }

        @Override
        public void close() {
            transport.close();
            if (!closed) {
                closed = true;
                lines.accept("close");
            }
        }

        private final class TracedTransfer implements UsbTransport.Transfer {
            private final UsbTransport.Transfer transfer;
            private final int endpoint;

            private TracedTransfer(UsbTransport.Transfer transfer, int endpoint) {
                this.transfer = transfer;
                this.endpoint = endpoint;
            }

            @Override
            public void submit(ByteBuffer data, Completion completion) {
                if (endpoint == Wire.BULK_OUT) {
                    out(data);
                } else {
                    lines.accept("arm-" + in(endpoint, data.remaining()));
                }
                transfer.submit(data, (status, length) -> {
                    if (endpoint != Wire.BULK_OUT && status == UsbStatus.COMPLETED) {
                        lines.accept(in(endpoint, length));
                    } else if (status != UsbStatus.COMPLETED && status != UsbStatus.CANCELLED) {
                        lines.accept(in(endpoint, length) + FAILED + status);
                    }
                    completion.completed(status, length);
                });
            }

            private void out(ByteBuffer data) {
                lines.accept("bulk-out " + data.remaining());
                if (announced == 0 && data.remaining() == Wire.Header.BYTES) {
                    ByteBuffer header = data.slice().order(ByteOrder.LITTLE_ENDIAN);
                    announced = Wire.Header.read(header, 0).length();
                    lines.accept(header(header));
                } else {
                    announced = Math.max(0, announced - data.remaining());
                }
            }

            @Override
            public void cancel() {
                transfer.cancel();
            }
        }
    }
}
