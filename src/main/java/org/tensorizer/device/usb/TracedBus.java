package org.tensorizer.device.usb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;

/**
 * A bus on which everything is written down, one line an event, in the order in which the host sees it. {@link TraceLine}
 * says what the lines look like.
 */
public final class TracedBus implements UsbBus {
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
                lines.accept(TraceLine.control(request, data, length));
                return length;
            } catch (UsbException e) {
                lines.accept(TraceLine.control(request, data, 0) + TraceLine.failed(e.status()));
                throw e;
            }
        }

        @Override
        public UsbTransfer transfer(int endpoint) {
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
                lines.accept(another ? line : line + TraceLine.failed(e.status()));
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

        private final class TracedTransfer implements UsbTransfer {
            private final UsbTransfer transfer;
            private final int endpoint;

            private TracedTransfer(UsbTransfer transfer, int endpoint) {
                this.transfer = transfer;
                this.endpoint = endpoint;
            }

            @Override
            public void submit(ByteBuffer data, int timeoutMillis, Completion completion) {
                if (endpoint == Wire.BULK_OUT) {
                    out(data);
                } else {
                    lines.accept(TraceLine.armed(endpoint, data.remaining()));
                }
                transfer.submit(data, timeoutMillis, (status, length) -> {
                    if (endpoint != Wire.BULK_OUT && status == UsbStatus.COMPLETED) {
                        lines.accept(TraceLine.in(endpoint, length));
                    } else if (status != UsbStatus.COMPLETED && status != UsbStatus.CANCELLED) {
                        lines.accept(TraceLine.in(endpoint, length) + TraceLine.failed(status));
                    }
                    completion.completed(status, length);
                });
            }

            private void out(ByteBuffer data) {
                lines.accept("bulk-out " + data.remaining());
                if (announced == 0 && data.remaining() == Wire.Header.BYTES) {
                    ByteBuffer header = data.slice().order(ByteOrder.LITTLE_ENDIAN);
                    announced = Wire.Header.read(header, 0).length();
                    lines.accept(TraceLine.header(header));
                } else {
                    announced = Math.max(0, announced - data.remaining());
                }
            }

            @Override
            public void cancel() {
                transfer.cancel();
            }

            @Override
            public void close() {
                transfer.close();
            }
        }
    }
}
