package org.tensorizer.device.virtual;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.Wire;
import org.tensorizer.device.usb.Wire.Tag;

/**
 * The endpoint to the chip: headers and what they announce, whatever the borders of the transfers are. Bytes wait here by
 * tag until the chip asks for them; where too many wait, transfers do (the device answers NAK).
 *
 * <p>That each tag has a queue of its own, and how long it is, are decisions of this device and nothing known of the chip.
 */
final class OutEndpoint extends Endpoints.Endpoint {
    /** Bytes that may wait in the device, and as many again in transfers. */
    static final long CAPACITY = 64 << 20;

    private static final int PIECES = 1 << 16;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Consumer<String> log;
    private final Map<Tag, Pieces> queues = new EnumMap<>(Tag.class);
    private final Deque<Long> streams = new ArrayDeque<>();
    private final ByteBuffer header = ByteBuffer.allocate(Wire.Header.BYTES);
    private Tag wanted;
    private ByteBuffer into = NOTHING;
    private long waiting;
    private int pieces;
    private long inTransfers;
    private long announced;
    private long missing;
    private Tag tag;

    /** Bytes of one tag in the pieces they came in. */
    private static final class Pieces {
        private final Deque<ByteBuffer> pieces = new ArrayDeque<>();
        private long bytes;
    }

    /** @param log takes what the chip would not tell */
    OutEndpoint(BiConsumer<VirtualTransport.Transfer, UsbStatus> done, Consumer<String> log) {
        super(done);
        this.log = log;
        for (Tag each : new Tag[] {Tag.INSTRUCTIONS, Tag.INPUT, Tag.PARAMETERS}) {
            queues.put(each, new Pieces());
        }
    }

    @Override
    void begin(VirtualTransport.Transfer transfer) {
        if (transfers.isEmpty() && hasRoom()) {
            accept(transfer);
        } else if (inTransfers + transfer.remaining() > CAPACITY) {
            done.accept(transfer, UsbStatus.NO_MEMORY);
        } else {
            inTransfers += transfer.remaining();
            transfers.add(transfer);
        }
    }

    private boolean hasRoom() {
        return waiting < CAPACITY && pieces < PIECES;
    }

    private void accept(VirtualTransport.Transfer transfer) {
        frame(transfer.takeAll());
        done.accept(transfer, UsbStatus.COMPLETED);
    }

    private void frame(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (missing == 0) {
                header(bytes);
            } else {
                body(bytes);
            }
        }
    }

    private void header(ByteBuffer bytes) {
        int part = Math.min(header.remaining(), bytes.remaining());
        header.put(bytes.slice().limit(part));
        bytes.position(bytes.position() + part);
        if (header.hasRemaining()) {
            return;
        }
        Wire.Header read = Wire.Header.read(header, 0);
        header.clear();
        announced = read.length();
        missing = read.length();
        tag = read.tag() < Tag.OUTPUT.ordinal() ? Tag.values()[read.tag()] : null;
        if (tag == null) {
            log.accept("a header of tag " + read.tag() + ", known are 0, 1, 2: its " + read.length()
                    + " bytes are dropped (what the chip does is not known)");
        }
    }

    private void body(ByteBuffer bytes) {
        int part = (int) Math.min(missing, bytes.remaining());
        ByteBuffer body = bytes.slice().limit(part);
        bytes.position(bytes.position() + part);
        missing -= part;
        if (tag == null) {
            return;
        }
        if (tag == wanted && queues.get(tag).bytes == 0) {
            fill(body);
        }
        if (body.hasRemaining()) {
            keep(body);
        }
        if (tag == Tag.INSTRUCTIONS && missing == 0) {
            streams.add(announced);
        }
    }

    private void keep(ByteBuffer body) {
        byte[] piece = new byte[body.remaining()];
        body.get(piece);
        Pieces queue = queues.get(tag);
        queue.pieces.add(ByteBuffer.wrap(piece));
        queue.bytes += piece.length;
        waiting += piece.length;
        pieces++;
    }

    private void fill(ByteBuffer from) {
        int part = Math.min(from.remaining(), into.remaining());
        into.put(from.slice().limit(part));
        from.position(from.position() + part);
    }

    /** Whether all instructions of a header have come. */
    boolean hasStream() {
        return !streams.isEmpty();
    }

    /** The instructions of the next header. */
    byte[] takeStream() {
        byte[] stream = new byte[Math.toIntExact(streams.remove())];
        want(Tag.INSTRUCTIONS, stream, 0, stream.length);
        unwant();
        return stream;
    }

    /**
     * The chip waits for bytes, which from now on go straight into its memory, until it has them all or {@link #unwant}
     * is called.
     */
    void want(Tag which, byte[] memory, int at, int length) {
        wanted = which;
        into = ByteBuffer.wrap(memory, at, length).slice();
        Pieces queue = queues.get(which);
        while (into.hasRemaining() && queue.bytes > 0) {
            ByteBuffer piece = queue.pieces.peek();
            int before = piece.remaining();
            fill(piece);
            queue.bytes -= before - piece.remaining();
            waiting -= before - piece.remaining();
            if (!piece.hasRemaining()) {
                queue.pieces.remove();
                pieces--;
            }
        }
        admit();
    }

    /** The chip does not wait for bytes any more: what comes is kept for what it wants next. */
    void unwant() {
        wanted = null;
        into = NOTHING;
    }

    /** Whether all that the chip waits for is in its memory. */
    boolean isSatisfied() {
        return !into.hasRemaining();
    }

    private void admit() {
        while (!transfers.isEmpty() && hasRoom()) {
            VirtualTransport.Transfer next = transfers.remove();
            inTransfers -= next.remaining();
            accept(next);
        }
    }

    @Override
    boolean cancel(VirtualTransport.Transfer transfer) {
        if (!super.cancel(transfer)) {
            return false;
        }
        inTransfers -= transfer.remaining();
        admit();
        return true;
    }

    /** Drops what the chip has not taken, headers begun included; transfers that wait then go on. */
    @Override
    void clear() {
        super.clear();
        queues.values().forEach(queue -> {
            queue.pieces.clear();
            queue.bytes = 0;
        });
        streams.clear();
        header.clear();
        into.rewind();
        missing = 0;
        waiting = 0;
        pieces = 0;
        admit();
    }

    @Override
    void endAll(UsbStatus status) {
        inTransfers = 0;
        super.endAll(status);
    }
}
