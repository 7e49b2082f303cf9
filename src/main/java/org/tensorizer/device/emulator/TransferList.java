package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorizer.isa.Scalar.Descriptor;

/** The DMA descriptors of a program in the order in which it hands them over, while it is linked. */
final class TransferList {
    private final List<Transfer> transfers = new ArrayList<>();
    private final int[] streamEnds = new int[Transfer.Kind.values().length];
    private boolean completed;

    /**
     * Takes a descriptor.
     *
     * @param kind its word 3
     * @return the transfer; empty for the one that completes the program
     * @throws UnsupportedProgramException unknown kind, no bytes, or too many in all
     */
    Optional<Transfer> submit(InstructionSite by, long address, int size, int kind) {
        Descriptor descriptor = Descriptor.of(kind).orElseThrow(() -> by.refused("descriptor kind %d", kind));
        if (descriptor == Descriptor.DONE) {
            by.require(!completed && size == 0, "second completion, or one of %d bytes", size);
            completed = true;
            return Optional.empty();
        }
        by.require(size > 0, "descriptor of %d bytes", size);
        Transfer.Kind what = Transfer.Kind.valueOf(descriptor.name());
        int offset = streamEnds[what.ordinal()];
        long end = offset + ((long) size + what.unit() - 1) / what.unit() * what.unit();
        by.require(end <= Integer.MAX_VALUE / 2, "descriptors of %d bytes in all", end);
        streamEnds[what.ordinal()] = (int) end;
        Transfer transfer = new Transfer(transfers.size(), what, address, size, offset);
        transfers.add(transfer);
        return Optional.of(transfer);
    }

    boolean isCompleted() {
        return completed;
    }

    List<Transfer> all() {
        return List.copyOf(transfers);
    }

    /** Bytes of a stream. */
    int bytes(Transfer.Kind kind) {
        return streamEnds[kind.ordinal()];
    }
}
