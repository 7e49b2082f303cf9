package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The four endpoints of an awake chip. Reads for output, events and interrupts are always under way, so that the chip
 * never waits for the host; of the writes a few are at a time.
 *
 * <p>Thread safety: requests come from one thread at a time; completions come from the transport's threads.
 */
final class ChipPipes implements AutoCloseable {
    /** Largest single write. Published in libedgetpu's options, as the two numbers below. */
    static final int WRITE_BYTES = 1 << 20;

    private static final int WRITES = 3;
    private static final int OUTPUT_READS = 8;

    /** What the last answers may be behind the event that ends them, since they come on another endpoint. */
    private static final int LAG_MILLIS = 500;

    private final String device;
    private final int deadlineMillis;
    private final int chunkBytes;
    private final Runnable fatal;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Write> idleWrites = new ArrayDeque<>();
    private final Deque<Read> filled = new ArrayDeque<>();
    private final Deque<Read> spent = new ArrayDeque<>();
    private final Deque<Wire.Tag> expected = new ArrayDeque<>();
    private final List<Read> reads = new ArrayList<>();
    private Read current;
    private int armed;
    private long surplus;
    private long interrupts;
    private UsbFault failure;
    private boolean closing;
    private long progress;

    /** A write and the buffer of its header. */
    private final class Write implements UsbTransfer.Completion {
        private final UsbTransfer transfer;
        private final ByteBuffer header = ByteBuffer.allocateDirect(Wire.Header.BYTES);

        private Write(UsbTransfer transfer) {
            this.transfer = transfer;
        }

        @Override
        public void completed(UsbStatus status, int length) {
            lock.lock();
            try {
                idleWrites.addLast(this);
                settle("write to the chip", status);
            } finally {
                lock.unlock();
            }
        }
    }

    /** A read and its buffer; what is done with the bytes is for the endpoint to say. */
    private class Read implements UsbTransfer.Completion {
        private final String what;
        private final UsbTransfer transfer;
        final ByteBuffer buffer;

        private Read(String what, UsbTransfer transfer, int bytes) {
            this.what = what;
            this.transfer = transfer;
            buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
            reads.add(this);
        }

        final void arm() {
            buffer.clear();
            transfer.submit(buffer, 0, this);
        }

        @Override
        public final void completed(UsbStatus status, int length) {
            boolean again;
            lock.lock();
            try {
                settle(what, status);
                again = status == UsbStatus.COMPLETED && take(length) && !closing;
            } finally {
                lock.unlock();
            }
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
        private EventRead(UsbTransfer transfer) {
            super("event", transfer, Wire.Event.BYTES);
        }

        @Override
        boolean take(int length) {
            if (length != Wire.Event.BYTES) {
                fail(new UsbFault(
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
        private InterruptRead(UsbTransfer transfer) {
            super("interrupt", transfer, Wire.INTERRUPT_BYTES);
        }

        @Override
        boolean take(int length) {
            interrupts |= length == Wire.INTERRUPT_BYTES ? buffer.getInt(0) & 0xffffffffL : 0;
            return true;
        }
    }

    /**
     * @param chunkBytes largest chunk in which output comes
     * @param fatal looks what a fatal interrupt was about: returns if it was a false alarm, throws else
     */
    ChipPipes(UsbTransport transport, String device, int chunkBytes, int deadlineMillis, Runnable fatal) {
        this.fatal = fatal;
        this.device = device;
        this.deadlineMillis = deadlineMillis;
        this.chunkBytes = chunkBytes;
        for (int i = 0; i < WRITES; i++) {
            idleWrites.add(new Write(transport.transfer(Wire.BULK_OUT)));
        }
        rearm(new EventRead(transport.transfer(Wire.EVENT_IN)));
        rearm(new InterruptRead(transport.transfer(Wire.INTERRUPT_IN)));
        for (int i = 0; i < OUTPUT_READS; i++) {
            spent.add(new Read("output", transport.transfer(Wire.OUTPUT_IN), chunkBytes));
        }
        armOutputs();
    }

    /** To be called with the lock held. */
    private void settle(String what, UsbStatus status) {
        if (status != UsbStatus.COMPLETED && !closing) {
            fail(UsbFault.of(device, what, status, null));
        }
        progress = System.nanoTime();
        changed.signalAll();
    }

    private void fail(UsbFault fault) {
        if (failure == null) {
            failure = fault;
        }
        changed.signalAll();
    }

    private void happened(Wire.Event event) {
        Wire.Tag wanted = expected.peekFirst();
        if (wanted != null && wanted.ordinal() == event.tag()) {
            expected.removeFirst();
            return;
        }
        Wire.Tag[] tags = Wire.Tag.values();
        String found = event.tag() < tags.length ? tags[event.tag()].toString() : "tag " + event.tag();
        fail(new UsbFault(
                UsbFault.Cause.WRONG_EVENT,
                device,
                "event: expected " + (wanted == null ? "none, no request is under way" : wanted) + ", found " + found));
    }

    /** Without the lock: a transport may complete other transfers inside. */
    private void rearm(Read read) {
        try {
            read.arm();
        } catch (UsbException | IllegalStateException e) {
            lock.lock();
            try {
                if (!closing) {
                    fail(
                            e instanceof UsbException usb
                                    ? UsbFault.of(device, usb)
                                    : new UsbFault(UsbFault.Cause.CLOSED_MEANWHILE, device, "read of " + read.what, e));
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Sends bytes under a header; returns when the last of them are on their way.
     *
     * @param data direct; from position to limit, not to be touched until {@link #drain}
     */
    void send(Wire.Tag tag, ByteBuffer data) {
        Write first = idleWrite();
        first.header.clear();
        new Wire.Header(data.remaining(), tag).write(first.header);
        submit(first, first.header.flip());
        for (int at = data.position(); at < data.limit(); at += WRITE_BYTES) {
            submit(idleWrite(), data.slice(at, Math.min(WRITE_BYTES, data.limit() - at)));
        }
    }

    private void submit(Write write, ByteBuffer bytes) {
        try {
            write.transfer.submit(bytes, 0, write);
        } catch (UsbException | IllegalStateException e) {
            lock.lock();
            try {
                idleWrites.addLast(write);
            } finally {
                lock.unlock();
            }
            throw e instanceof UsbException usb
                    ? UsbFault.of(device, usb)
                    : new UsbFault(UsbFault.Cause.CLOSED_MEANWHILE, device, "write to the chip", e);
        }
    }

    private Write idleWrite() {
        lock.lock();
        try {
            awaitThat(() -> !idleWrites.isEmpty(), UsbFault.Cause.TIMEOUT, "the chip takes no more bytes");
            return idleWrites.removeFirst();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until every byte sent has left its buffer. */
    void drain() {
        lock.lock();
        try {
            awaitThat(() -> idleWrites.size() == WRITES, UsbFault.Cause.TIMEOUT, "the chip takes no more bytes");
        } finally {
            lock.unlock();
        }
    }

    /** An event with this tag is to come after those announced before. */
    void expect(Wire.Tag tag) {
        lock.lock();
        try {
            expected.addLast(tag);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for output until the buffer is full. Nothing may be sent meanwhile: in its single-endpoint mode the chip
     * could lock up.
     */
    void receive(ByteBuffer output) {
        while (output.hasRemaining()) {
            Read next = nextOutput(output);
            int bytes = Math.min(next.buffer.remaining(), output.remaining());
            output.put(output.position(), next.buffer, next.buffer.position(), bytes);
            output.position(output.position() + bytes);
            next.buffer.position(next.buffer.position() + bytes);
            if (!next.buffer.hasRemaining()) {
                current = null;
                spent.addLast(next);
                if ((long) armed * chunkBytes < output.remaining()) {
                    armOutputs();
                }
            }
        }
    }

    private Read nextOutput(ByteBuffer output) {
        if (current != null) {
            return current;
        }
        lock.lock();
        try {
            int found = output.position();
            int size = output.limit();
            awaitOutput(found, size);
            current = filled.removeFirst();
            return current;
        } finally {
            lock.unlock();
        }
    }

    private void awaitOutput(int found, int size) {
        String what = "output: expected " + size + " bytes, found " + found;
        progress = System.nanoTime();
        while (filled.isEmpty()) {
            checkHeld();
            boolean ended = expected.isEmpty();
            long left = left(ended ? Math.min(LAG_MILLIS, deadlineMillis) : deadlineMillis);
            if (left <= 0) {
                throw new UsbFault(
                        ended || found > 0 ? UsbFault.Cause.SHORT_OUTPUT : UsbFault.Cause.NO_ANSWER,
                        device,
                        what + (ended ? ", although the program has ended" : " after " + deadlineMillis + " ms"));
            }
            pause(left);
        }
        checkHeld();
    }

    /**
     * Waits for events that are to come.
     *
     * @param left how many of them to leave for later
     */
    void awaitEvents(int left) {
        lock.lock();
        try {
            awaitThat(
                    () -> expected.size() <= left,
                    UsbFault.Cause.LOST_EVENT,
                    "event " + expected.peekFirst() + ": none came");
        } finally {
            lock.unlock();
        }
    }

    /** After a request: whatever output came beyond it throws doubt on it, and the reads are armed for the next. */
    void finish() {
        lock.lock();
        try {
            surplus += filled.stream().mapToLong(read -> read.buffer.remaining()).sum();
            surplus += current == null ? 0 : current.buffer.remaining();
            checkHeld();
        } finally {
            lock.unlock();
        }
        armOutputs();
    }

    /** @throws UsbFault whatever has happened since the last request and must not be passed over */
    void check() {
        lock.lock();
        try {
            checkHeld();
        } finally {
            lock.unlock();
        }
    }

    /** With the lock held once: it is given up while the chip is asked. */
    private void checkHeld() {
        if (failure != null) {
            throw failure;
        }
        if (closing) {
            throw new UsbFault(UsbFault.Cause.CLOSED_MEANWHILE, device, "the device is closed");
        }
        if ((interrupts & Wire.FATAL_INTERRUPT) != 0) {
            interrupts &= ~Wire.FATAL_INTERRUPT;
            lock.unlock();
            try {
                fatal.run();
            } finally {
                lock.lock();
            }
        }
        if (surplus > 0) {
            throw new UsbFault(
                    UsbFault.Cause.SURPLUS_OUTPUT,
                    device,
                    "output: " + surplus + " bytes beyond the announced ones; the last answer is in doubt");
        }
    }

    private void awaitThat(BooleanSupplier condition, UsbFault.Cause cause, String what) {
        progress = System.nanoTime();
        while (!condition.getAsBoolean()) {
            checkHeld();
            long left = left(deadlineMillis);
            if (left <= 0) {
                throw new UsbFault(cause, device, what + " for " + deadlineMillis + " ms");
            }
            pause(left);
        }
        checkHeld();
    }

    private long left(int millis) {
        return progress + TimeUnit.MILLISECONDS.toNanos(millis) - System.nanoTime();
    }

    private void pause(long nanos) {
        try {
            changed.awaitNanos(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UsbFault(UsbFault.Cause.CLOSED_MEANWHILE, device, "the thread that waits was interrupted", e);
        }
    }

    private void armOutputs() {
        for (Read read = spent.pollFirst(); read != null; read = spent.pollFirst()) {
            lock.lock();
            try {
                armed++;
            } finally {
                lock.unlock();
            }
            rearm(read);
        }
    }

    /** Whoever waits is told, and the reads are cancelled; the transfers are given back with the transport. */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        reads.forEach(read -> read.transfer.cancel());
    }
}
