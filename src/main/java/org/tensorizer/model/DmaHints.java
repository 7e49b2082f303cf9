package org.tensorizer.model;

import java.util.List;

/**
 * The transfers of an executable.
 *
 * @param fullyDeterministic the hints are all there is; libedgetpu refuses to run over USB without
 * @param hints in the order in which they take place
 */
public record DmaHints(boolean fullyDeterministic, List<DmaHint> hints) {
    public DmaHints {
        hints = List.copyOf(hints);
    }

    /** One transfer or event that the runtime has to bring about, in the order of {@link DmaHints}. */
    public sealed interface DmaHint {
        /** Which way the bytes go. */
        Direction direction();

        /** Ways between host and chip, in the order of their numbers in the file. */
        enum Direction {
            TO_DEVICE,
            FROM_DEVICE
        }

        /**
         * Data: input, parameters, scratch or output.
         *
         * @param kind whose base address
         * @param batch which batch
         * @param name layer of an INPUT or OUTPUT, empty otherwise
         * @param offset bytes from the base address
         * @param size bytes to transfer
         */
        record Descriptor(Relocation.Kind kind, int batch, String name, int offset, int size, Direction direction)
                implements DmaHint {}

        /**
         * A chunk of instructions.
         *
         * @param chunk its index in the executable
         */
        record Instructions(int chunk, Direction direction) implements DmaHint {}

        /**
         * An interrupt from the chip's scalar core.
         *
         * @param number 0 to 3
         */
        record Interrupt(int number, Direction direction) implements DmaHint {}

        /** All before it is done before anything after it starts. */
        record Fence(Direction direction) implements DmaHint {}
    }
}
