package org.tensorizer.device.virtual;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.Wire;

/**
 * The endpoints of the application, other than 0.
 */
final class Endpoints {
    private static final int INTERRUPT_PACKET = 64;

    private final OutEndpoint toChip;
    private final In output;
    private final In events;
    private final In interrupts;
    private final Map<Integer, Endpoint> all = new LinkedHashMap<>();
    private final BiConsumer<VirtualTransport.Transfer, UsbStatus> done;

    Endpoints(int packet, BiConsumer<VirtualTransport.Transfer, UsbStatus> done, Consumer<String> log) {
        this.done = done;
        this.toChip = new OutEndpoint(done, log);
        this.output = new In(packet, done);
        this.events = new In(packet, done);
        this.interrupts = new In(INTERRUPT_PACKET, done);
        all.put(Wire.BULK_OUT, toChip);
        all.put(Wire.OUTPUT_IN, output);
        all.put(Wire.EVENT_IN, events);
        all.put(Wire.INTERRUPT_IN, interrupts);
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
        Endpoint endpoint = all.get(transfer.endpoint());
        if (endpoint == null || endpoint.halted) {
            done.accept(transfer, UsbStatus.STALL);
        } else {
            endpoint.begin(transfer);
        }
    }

    /** @return whether it was waiting; it then has no end yet */
    boolean cancel(VirtualTransport.Transfer transfer) {
        return all.containsKey(transfer.endpoint())
                && all.get(transfer.endpoint()).cancel(transfer);
    }

    void endAll(UsbStatus status) {
        all.values().forEach(each -> each.endAll(status));
    }

    /** Drops everything in both directions that has not arrived. */
    void clear() {
        all.values().forEach(Endpoint::clear);
    }

    /** @return empty for an endpoint the device does not have */
    Optional<Boolean> isHalted(int endpoint) {
        return Optional.ofNullable(all.get(endpoint)).map(each -> each.halted);
    }

    /** @return false for an endpoint the device does not have */
    boolean halt(int endpoint, boolean on) {
        Endpoint found = all.get(endpoint);
        if (found != null) {
            found.halt(on);
        }
        return found != null;
    }

    /** An endpoint, and the transfers that wait at it. */
    abstract static class Endpoint {
        final BiConsumer<VirtualTransport.Transfer, UsbStatus> done;
        final Deque<VirtualTransport.Transfer> transfers = new ArrayDeque<>();
        private boolean halted;

        /** @param done what becomes of a transfer that has ended */
        Endpoint(BiConsumer<VirtualTransport.Transfer, UsbStatus> done) {
            this.done = done;
        }

        abstract void begin(VirtualTransport.Transfer transfer);

        boolean cancel(VirtualTransport.Transfer transfer) {
            return transfers.remove(transfer);
        }

        final void halt(boolean on) {
            halted = on;
            if (on) {
                endAll(UsbStatus.STALL);
            }
        }

        void clear() {
            halted = false;
        }

        /** Ends every transfer, the newest first as a real host does when a device is gone. */
        void endAll(UsbStatus status) {
            while (!transfers.isEmpty()) {
                done.accept(transfers.pollLast(), status);
            }
        }
    }

    /**
     * One endpoint to the host: what the device has to say waits for reads, reads wait for what it has to say. A read gets no
     * more than one chunk; a chunk that is longer than the read goes on in the next one, in whole packets.
     */
    static final class In extends Endpoint {
        private final int packet;
        private final Deque<ByteBuffer> chunks = new ArrayDeque<>();
        private long waiting;
        private boolean stallNext;

        /** @param packet wMaxPacketSize */
        In(int packet, BiConsumer<VirtualTransport.Transfer, UsbStatus> done) {
            super(done);
            this.packet = packet;
        }

        /** Bytes that no read has taken yet. */
        long waiting() {
            return waiting;
        }

        /** A read that ends when there is something for it. */
        @Override
        void begin(VirtualTransport.Transfer read) {
            transfers.add(read);
            move();
        }

        /** Bytes for the next transfers. Not copied. */
        void send(byte[] bytes, int offset, int length) {
            chunks.add(ByteBuffer.wrap(bytes, offset, length));
            waiting += length;
            move();
        }

        /** A fault on request: the read that would get the next bytes ends with a stall, and so does every later one. */
        void stall() {
            stallNext = true;
            move();
        }

        /** Drops what waits to be read. */
        @Override
        void clear() {
            super.clear();
            chunks.clear();
            waiting = 0;
            stallNext = false;
        }

        private void move() {
            while (!transfers.isEmpty() && (stallNext || !chunks.isEmpty())) {
                VirtualTransport.Transfer read = transfers.poll();
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
