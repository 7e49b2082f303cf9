package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Scalar.Descriptor;
import org.tensorizer.model.Relocation;

/**
 * A DMA descriptor: bytes between host memory and the chip. The bytes of all transfers of a kind form one stream, each
 * padded to whole units; outputs follow one another.
 *
 * @param index its number in the program, over all kinds
 * @param address in host memory, as the program computed it from its immediates
 * @param size bytes
 * @param offset of its first byte in the stream of its kind
 */
public record Transfer(int index, Kind kind, long address, int size, int offset) {
    /** Direction and buffer. */
    public enum Kind {
        INPUT(Chip.INPUT_UNIT_BYTES),
        PARAMETERS(Chip.PARAMETER_UNIT_BYTES),
        OUTPUT(1);

        private final int unit;

        Kind(int unit) {
            this.unit = unit;
        }

        /** Bytes of a unit of its stream. */
        int unit() {
            return unit;
        }
    }

    @Override
    public String toString() {
        return kind + " of " + size + " bytes at 0x" + Long.toHexString(address);
    }

    /** The host's memory, as a running program reaches it. */
    public interface Port {
        /**
         * Bytes for the chip.
         *
         * @param transfer of kind INPUT or PARAMETERS
         * @param into receives {@code transfer.size()} bytes from {@code at} on
         */
        void read(Transfer transfer, byte[] into, int at);

        /**
         * Bytes from the chip.
         *
         * @param transfer of kind OUTPUT
         * @param from holds {@code transfer.size()} bytes from {@code at} on; not to be kept
         */
        void write(Transfer transfer, byte[] from, int at);
    }

    /**
     * Where a transfer lies in the memory of the host.
     *
     * @param kind of the region
     * @param name of the input or output, empty for parameters and scratch
     * @param at first byte within the region
     */
    public record Place(Relocation.Kind kind, String name, int at) {}

    /** The DMA descriptors of a program in the order in which it hands them over, while it is linked. */
    static final class Descriptors {
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
}
