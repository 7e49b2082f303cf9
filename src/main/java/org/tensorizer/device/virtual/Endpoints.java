package org.tensorizer.device.virtual;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.Wire;

/**
 * The endpoints of the application, other than 0.
 *
 * <p>Thread safety: none; the device's lock guards it.
 */
final class Endpoints {
    private static final int INTERRUPT_PACKET = 64;

    private final OutEndpoint toChip;
    private final In output;
    private final In events;
    private final In interrupts;
    private final Map<Integer, In> in;
    private final BiConsumer<VirtualTransport.Transfer, UsbStatus> done;

    Endpoints(int packet, BiConsumer<VirtualTransport.Transfer, UsbStatus> done, Consumer<String> log) {
        this.done = done;
        this.toChip = new OutEndpoint(done, log);
        this.output = new In(packet, done);
        this.events = new In(packet, done);
        this.interrupts = new In(INTERRUPT_PACKET, done);
        this.in = Map.of(Wire.OUTPUT_IN, output, Wire.EVENT_IN, events, Wire.INTERRUPT_IN, interrupts);
    }

    OutEndpoint toChip() {
        return toChip;
    }

    In output() {
        return output;
    }

    In events() {
        return events;
    }

    In interrupts() {
        return interrupts;
    }

    /** Begins a transfer; one to an endpoint that is not there stalls. */
    void submit(VirtualTransport.Transfer transfer) {
        In from = in.get(transfer.endpoint());
        if (from != null) {
            from.read(transfer);
        } else if (transfer.endpoint() == Wire.BULK_OUT) {
            toChip.write(transfer);
        } else {
            done.accept(transfer, UsbStatus.STALL);
        }
    }

    /** @return whether it was waiting; it then has no end yet */
    boolean cancel(VirtualTransport.Transfer transfer) {
        In from = in.get(transfer.endpoint());
        return from == null ? toChip.cancel(transfer) : from.cancel(transfer);
    }

    void endAll(UsbStatus status) {
        toChip.endAll(status);
        in.values().forEach(each -> each.endAll(status));
    }

    /** Drops everything in both directions that has not arrived. */
    void clear() {
        toChip.clear();
        in.values().forEach(In::clear);
    }

    /** @return empty for an endpoint the device does not have */
    Optional<Boolean> isHalted(int endpoint) {
        return endpoint == Wire.BULK_OUT
                ? Optional.of(toChip.isHalted())
                : Optional.ofNullable(in.get(endpoint)).map(In::isHalted);
    }

    /** @return false for an endpoint the device does not have */
    boolean halt(int endpoint, boolean on) {
        if (endpoint == Wire.BULK_OUT) {
            toChip.halt(on);
        } else if (in.containsKey(endpoint)) {
            in.get(endpoint).halt(on);
        } else {
            return false;
        }
        return true;
    }

    /**
     * One endpoint to the host: what the device has to say waits for reads, reads wait for what it has to say. A read gets no
     * more than one chunk; a chunk that is longer than the read goes on in the next one, in whole packets.
     */
    static final class In {
        private final int packet;
        private final BiConsumer<VirtualTransport.Transfer, UsbStatus> done;
        private final Deque<VirtualTransport.Transfer> reads = new ArrayDeque<>();
        private final Deque<ByteBuffer> chunks = new ArrayDeque<>();
        private long waiting;
        private boolean stallNext;
        private boolean halted;

        /**
         * @param packet wMaxPacketSize
         * @param done what becomes of a read that has ended
         */
        In(int packet, BiConsumer<VirtualTransport.Transfer, UsbStatus> done) {
            this.packet = packet;
            this.done = done;
        }

        /** Bytes that no read has taken yet. */
        long waiting() {
            return waiting;
        }

        /** A read that ends when there is something for it. */
        void read(VirtualTransport.Transfer read) {
            if (halted) {
                done.accept(read, UsbStatus.STALL);
                return;
            }
            reads.add(read);
            move();
        }

        /** Bytes for the next reads. Not copied. */
        void send(byte[] bytes, int offset, int length) {
            chunks.add(ByteBuffer.wrap(bytes, offset, length));
            waiting += length;
            move();
        }

        boolean cancel(VirtualTransport.Transfer read) {
            return reads.remove(read);
        }

        /** A fault on request: the read that would get the next bytes ends with a stall, and so does every later one. */
        void stall() {
            stallNext = true;
            move();
        }

        boolean isHalted() {
            return halted;
        }

        void halt(boolean on) {
            halted = on;
            if (on) {
                endAll(UsbStatus.STALL);
            }
        }

        /** Drops what waits to be read. */
        void clear() {
            chunks.clear();
            waiting = 0;
            stallNext = false;
            halted = false;
        }

        /** Ends every read, the newest first as a real host does when a device is gone. */
        void endAll(UsbStatus status) {
            while (!reads.isEmpty()) {
                done.accept(reads.pollLast(), status);
            }
        }

        private void move() {
            while (!reads.isEmpty() && (stallNext || !chunks.isEmpty())) {
                VirtualTransport.Transfer read = reads.poll();
                if (stallNext) {
                    stallNext = false;
                    done.accept(read, UsbStatus.STALL);
                    halt(true);
                    return;
                }
                done.accept(read, fill(read));
            }
        }

        private UsbStatus fill(VirtualTransport.Transfer read) {
            ByteBuffer chunk = chunks.peek();
            int room = read.remaining();
            UsbStatus status = UsbStatus.COMPLETED;
            int taken = Math.min(room, chunk.remaining());
            int gone = taken;
            if (room < chunk.remaining() && room % packet != 0) { // a packet does not fit: the end of it is lost
                status = UsbStatus.OVERFLOW;
                gone = Math.min((room / packet + 1) * packet, chunk.remaining());
            }
            read.put(chunk, taken);
            chunk.position(chunk.position() + gone - taken);
            waiting -= gone;
            if (!chunk.hasRemaining()) {
                chunks.remove();
            }
            return status;
        }
    }
}
