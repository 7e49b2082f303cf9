package org.tensorizer.device.emulator;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** The way from the ring to the host: OUTFEED takes a packet, the output grows in the order of packets. */
final class Outfeed {
    private static final int LONG_WORD = 16;
    private static final int REST = 8;
    private static final int MOST = 1 << 20;

    private final Deque<Encoded> queue = new ArrayDeque<>();
    private int[] words = new int[0];
    private int bytes;

    void add(Encoded at) {
        queue.add(at);
    }

    boolean step(Ring ring) {
        if (queue.isEmpty() || ring.outbox().isEmpty()) {
            return false;
        }
        Encoded at = queue.remove();
        WideRow row = ring.outbox().remove();
        if (!(row instanceof WideRow.Activations packet)) {
            throw at.refused("the packet holds parameters");
        }
        boolean whole = at.get("words.on") == 1;
        int limit = at.get("words.limit");
        at.require(whole || limit == 0, "words.limit = %d without whole words", limit);
        int take = (whole ? (limit + 1) * LONG_WORD : 0) + (at.get("rest") == 1 ? REST : 0);
        int there = packet.bytes();
        at.require(
                take <= ChipParameters.ROW_BYTES && there <= take && there > take - REST,
                "takes %d bytes of a packet of %d",
                take,
                there);
        append(at, packet.words(), take);
        return true;
    }

    /** The last word of a packet may be padding that nobody wrote: {@link NarrowMemory#UNWRITTEN}. */
    private void append(Encoded at, int[] packet, int take) {
        at.require(bytes + take <= MOST, "an output of more than %d bytes", MOST);
        int from = bytes / ChipParameters.WORD;
        int to = (bytes + take) / ChipParameters.WORD;
        if (to > words.length) {
            words = Arrays.copyOf(words, Math.max(to, 2 * words.length));
        }
        Arrays.fill(words, from, to, NarrowMemory.UNWRITTEN);
        System.arraycopy(packet, 0, words, from, packet.length);
        bytes += take;
    }

    int bytes() {
        return bytes;
    }

    /** Activation word of each 4 bytes of the output. */
    int[] words() {
        return Arrays.copyOf(words, bytes / ChipParameters.WORD);
    }

    void requireIdle(Encoded at, Ring ring) {
        if (!queue.isEmpty()) {
            throw at.refused("stalled: never became ready: " + queue.peek());
        }
        at.require(ring.outbox().isEmpty(), "a packet that no OUTFEED took");
    }
}
