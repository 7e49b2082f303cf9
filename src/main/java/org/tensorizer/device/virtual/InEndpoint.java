package org.tensorizer.device.virtual;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;
import org.tensorizer.device.usb.UsbStatus;

/**
 * One endpoint to the host: what the device has to say waits for reads, reads wait for what it has to say. A read gets no
 * more than one chunk; a chunk that is longer than the read goes on in the next one, in whole packets.
 *
 * <p>Thread safety: none; the device's lock guards it.
 */
final class InEndpoint {
    private final int packet;
    private final BiConsumer<VirtualTransfer, UsbStatus> done;
    private final Deque<VirtualTransfer> reads = new ArrayDeque<>();
    private final Deque<ByteBuffer> chunks = new ArrayDeque<>();
    private long waiting;
    private boolean stallNext;
    private boolean halted;

    /**
     * @param packet wMaxPacketSize
     * @param done what becomes of a read that has ended
     */
    InEndpoint(int packet, BiConsumer<VirtualTransfer, UsbStatus> done) {
        this.packet = packet;
        this.done = done;
    }

    /** Bytes that no read has taken yet. */
    long waiting() {
        return waiting;
    }

    /** A read that ends when there is something for it. */
    void read(VirtualTransfer read) {
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

    boolean cancel(VirtualTransfer read) {
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
            VirtualTransfer read = reads.poll();
            if (stallNext) {
                stallNext = false;
                done.accept(read, UsbStatus.STALL);
                halt(true);
                return;
            }
            done.accept(read, fill(read));
        }
    }

    private UsbStatus fill(VirtualTransfer read) {
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
