package org.tensorizer.device.emulator;

import java.util.ArrayDeque;
import java.util.Deque;
import org.tensorizer.isa.Chip;

/** What goes to the host while a program is linked: bytes fill its transfers in their order. */
final class HostOutput {
    private final StepRecorder recorder;
    private final Deque<Transfer> transfers = new ArrayDeque<>();

    /** Bytes that the first transfer has. */
    private int done;

    HostOutput(StepRecorder recorder) {
        this.recorder = recorder;
    }

    void begin(Transfer transfer) {
        transfers.add(transfer);
    }

    boolean isEmpty() {
        return transfers.isEmpty();
    }

    /**
     * A packet goes to the host.
     *
     * @param bytes how many bytes the host gets; those beyond the packet are padding
     */
    void send(InstructionSite by, RowBytes packet, int bytes) {
        int sent = 0;
        while (sent < bytes) {
            by.require(!transfers.isEmpty(), "output without a descriptor");
            Transfer first = transfers.peek();
            int part = Math.min(bytes - sent, first.size() - done);
            int have = Math.max(0, Math.min(part, packet.length() - sent));
            RowBytes slice = packet.slice(Math.min(sent, packet.length()), have);
            recorder.add(new LinkedStep.Output(slice, part, first.offset() + done));
            done += part;
            finish();
            sent += part;
        }
    }

    /** The scalar core pushes a word: where it goes in the output stream. To be followed by {@link #finish}. */
    int push(InstructionSite by) {
        by.require(!transfers.isEmpty(), "pushes without a descriptor");
        Transfer first = transfers.peek();
        by.require(first.size() - done >= Chip.WORD_BYTES, "pushes a word across two descriptors");
        done += Chip.WORD_BYTES;
        return first.offset() + done - Chip.WORD_BYTES;
    }

    /** Delivers the first transfer if it is full. */
    void finish() {
        if (done == transfers.peek().size()) {
            recorder.add(new LinkedStep.Deliver(transfers.remove()));
            done = 0;
        }
    }

    void requireEmpty(InstructionSite halt) {
        halt.require(transfers.isEmpty(), "%s that got no data", transfers.peek());
    }
}
