package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/** Everything that goes to the chip: headers, and what they announce in pieces, a few of them under way at a time. */
final class ChipWrites {
    /** Largest single write. Published in libedgetpu's options, as the number below. */
    private static final int WRITE_BYTES = 1 << 20;

    private static final int WRITES = 3;

    private final PipeWatch watch;
    private final Deque<Write> idle = new ArrayDeque<>();

    /** A write and the buffer of its header. */
    private final class Write implements UsbTransport.Transfer.Completion {
        private final UsbTransport.Transfer transfer;
        private final ByteBuffer header = ByteBuffer.allocateDirect(Wire.Header.BYTES);

        private Write(UsbTransport.Transfer transfer) {
            this.transfer = transfer;
        }

        @Override
        public void completed(UsbStatus status, int length) {
            watch.locked(() -> {
                idle.addLast(this);
                watch.ended("write to the chip", status);
            });
        }
    }

    ChipWrites(UsbTransport transport, PipeWatch watch) {
        this.watch = watch;
        for (int i = 0; i < WRITES; i++) {
            idle.add(new Write(transport.transfer(Wire.BULK_OUT)));
        }
    }

    /** As {@link ChipPipes#send}. */
    void send(Wire.Tag tag, ByteBuffer data) {
        Write first = next();
        first.header.clear();
        new Wire.Header(data.remaining(), tag).write(first.header);
        submit(first, first.header.flip());
        for (int at = data.position(); at < data.limit(); at += WRITE_BYTES) {
            submit(next(), data.slice(at, Math.min(WRITE_BYTES, data.limit() - at)));
        }
    }

    private void submit(Write write, ByteBuffer bytes) {
        try {
            write.transfer.submit(bytes, write);
        } catch (UsbException | IllegalStateException e) {
            watch.locked(() -> idle.addLast(write));
            throw watch.fault("write to the chip", e);
        }
    }

    private Write next() {
        return watch.locked(() -> {
            await(() -> !idle.isEmpty());
            return idle.removeFirst();
        });
    }

    /** As {@link ChipPipes#drain}. */
    void drain() {
        watch.locked(() -> await(() -> idle.size() == WRITES));
    }

    private void await(BooleanSupplier condition) {
        watch.await(condition, UsbFault.Cause.TIMEOUT, "the chip takes no more bytes");
    }
}
