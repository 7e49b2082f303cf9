package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The four endpoints of an awake chip. Reads for output, events and interrupts are always under way, so that the chip
 * never waits for the host; of the writes a few are at a time.
 *
 * <p>Thread safety: requests come from one thread at a time; completions come from the transport's threads.
 */
final class ChipPipes implements AutoCloseable {
    /** Published in libedgetpu's options. */
    private static final int OUTPUT_READS = 8;

    /** What the last answers may be behind the event that ends them, since they come on another endpoint. */
    private static final int LAG_MILLIS = 500;

    private final String device;
    private final int deadlineMillis;
    private final int chunkBytes;
    private final PipeWatch watch;
    private final ChipWrites writes;
    private final Deque<Read> filled = new ArrayDeque<>();
    private final Deque<Read> spent = new ArrayDeque<>();
    private final Deque<Wire.Tag> expected = new ArrayDeque<>();
    private final List<Read> reads = new ArrayList<>();
    private Read current;
    private int armed;

    /** A read and its buffer; what is done with the bytes is for the endpoint to say. */
    private class Read implements UsbTransport.Transfer.Completion {
        private final String what;
        private final UsbTransport.Transfer transfer;
        final ByteBuffer buffer;

        private Read(String what, UsbTransport.Transfer transfer, int bytes) {
            this.what = what;
            this.transfer = transfer;
            buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
            reads.add(this);
        }

        final void arm() {
            buffer.clear();
            transfer.submit(buffer, this);
        }

        @Override
        public final void completed(UsbStatus status, int length) {
            boolean again = watch.locked(() -> {
                watch.ended(what, status);
                return status == UsbStatus.COMPLETED && take(length) && !watch.isClosing();
            });
            if (again) {
                rearm(this);
            }
        }

        /** @return whether to read on at once */
        boolean take(int length) {
            buffer.limit(length);
            filled.addLast(this);
            armed--;
            return false;
        }
    }

    private final class EventRead extends Read {
        private EventRead(UsbTransport.Transfer transfer) {
            super("event", transfer, Wire.Event.BYTES);
        }

        @Override
        boolean take(int length) {
            if (length != Wire.Event.BYTES) {
                watch.fail(new UsbFault(
                        UsbFault.Cause.WRONG_EVENT,
                        device,
                        "event: expected " + Wire.Event.BYTES + " bytes, found " + length));
            } else {
                happened(Wire.Event.read(buffer, 0));
            }
            return true;
        }
    }

    private final class InterruptRead extends Read {
        private InterruptRead(UsbTransport.Transfer transfer) {
            super("interrupt", transfer, Wire.INTERRUPT_BYTES);
        }

        @Override
        boolean take(int length) {
            watch.interrupted(length == Wire.INTERRUPT_BYTES ? buffer.getInt(0) & 0xffffffffL : 0);
            return true;
        }
    }

    /**
     * @param chunkBytes largest chunk in which output comes
     * @param fatal looks what a fatal interrupt was about: returns if it was a false alarm, throws else
     */
    ChipPipes(UsbTransport transport, String device, int chunkBytes, int deadlineMillis, Runnable fatal) {
        watch = new PipeWatch(device, deadlineMillis, fatal);
        this.device = device;
        this.deadlineMillis = deadlineMillis;
        this.chunkBytes = chunkBytes;
        writes = new ChipWrites(transport, watch);
        rearm(new EventRead(transport.transfer(Wire.EVENT_IN)));
        rearm(new InterruptRead(transport.transfer(Wire.INTERRUPT_IN)));
        for (int i = 0; i < OUTPUT_READS; i++) {
            spent.add(new Read("output", transport.transfer(Wire.OUTPUT_IN), chunkBytes));
        }
        armOutputs();
    }

    private void happened(Wire.Event event) {
        Wire.Tag wanted = expected.peekFirst();
        if (wanted != null && wanted.ordinal() == event.tag()) {
            expected.removeFirst();
            return;
        }
        Wire.Tag[] tags = Wire.Tag.values();
        String found = event.tag() < tags.length ? tags[event.tag()].toString() : "tag " + event.tag();
        watch.fail(new UsbFault(
                UsbFault.Cause.WRONG_EVENT,
                device,
                "event: expected " + (wanted == null ? "none, no request is under way" : wanted) + ", found " + found));
    }

    /** Without the lock: a transport may complete other transfers inside. */
    private void rearm(Read read) {
        try {
            read.arm();
        } catch (UsbException | IllegalStateException e) {
            watch.refused("read of " + read.what, e);
        }
    }

    /**
     * Sends bytes under a header; returns when the last of them are on their way.
     *
     * @param data direct; from position to limit, not to be touched until {@link #drain}
     */
    void send(Wire.Tag tag, ByteBuffer data) {
        writes.send(tag, data);
    }

    /** Waits until every byte sent has left its buffer. */
    void drain() {
        writes.drain();
    }

    /** An event with this tag is to come after those announced before. */
    void expect(Wire.Tag tag) {
        watch.locked(() -> expected.addLast(tag));
    }

    /**
     * Waits for output until the buffer is full. Nothing may be sent meanwhile: in its single-endpoint mode the chip
     * could lock up.
     */
    void receive(ByteBuffer output) {
        while (output.hasRemaining()) {
            if (current == null && (long) armed * chunkBytes < output.remaining()) {
                armOutputs(); // here too: the output before may have taken the last read
            }
            Read next = nextOutput(output);
            int bytes = Math.min(next.buffer.remaining(), output.remaining());
            output.put(output.position(), next.buffer, next.buffer.position(), bytes);
            output.position(output.position() + bytes);
            next.buffer.position(next.buffer.position() + bytes);
            if (!next.buffer.hasRemaining()) {
                current = null;
                spent.addLast(next);
            }
        }
    }

    private Read nextOutput(ByteBuffer output) {
        if (current != null) {
            return current;
        }
        return watch.locked(() -> {
            awaitOutput(output.position(), output.limit());
            current = filled.removeFirst();
            return current;
        });
    }

    private void awaitOutput(int found, int size) {
        String what = "output: expected " + size + " bytes, found " + found;
        watch.begin();
        while (filled.isEmpty()) {
            watch.check();
            boolean ended = expected.isEmpty();
            if (!watch.pause(ended ? LAG_MILLIS : deadlineMillis)) {
                throw new UsbFault(
                        ended || found > 0 ? UsbFault.Cause.SHORT_OUTPUT : UsbFault.Cause.NO_ANSWER,
                        device,
                        what + (ended ? ", although the program has ended" : " after " + deadlineMillis + " ms"));
            }
        }
        watch.check();
    }

    /**
     * Waits for events that are to come.
     *
     * @param left how many of them to leave for later
     */
    void awaitEvents(int left) {
        watch.locked(() -> watch.await(
                () -> expected.size() <= left,
                UsbFault.Cause.LOST_EVENT,
                "event " + expected.peekFirst() + ": none came"));
    }

    /** After a request: whatever output came beyond it throws doubt on it, and the reads are armed for the next. */
    void finish() {
        watch.locked(() -> {
            watch.surplus(
                    filled.stream().mapToLong(read -> read.buffer.remaining()).sum());
            watch.surplus(current == null ? 0 : current.buffer.remaining());
            watch.check();
        });
        armOutputs();
    }

    /** @throws UsbFault whatever has happened since the last request and must not be passed over */
    void check() {
        watch.locked(watch::check);
    }

    private void armOutputs() {
        for (Read read = spent.pollFirst(); read != null; read = spent.pollFirst()) {
            watch.locked(() -> {
                armed++;
            });
            rearm(read);
        }
    }

    /** Whoever waits is told, and the reads are cancelled; the transfers are given back with the transport. */
    @Override
    public void close() {
        watch.close();
        reads.forEach(read -> read.transfer.cancel());
    }
}
