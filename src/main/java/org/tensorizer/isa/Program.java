package org.tensorizer.isa;

import java.util.List;
import org.tensorizer.model.Relocation;

/**
 * An assembled chunk of instructions.
 *
 * @param bytes the chunk, a multiple of 16 bytes; the caller owns the array
 * @param relocations where the runtime writes addresses, in the order of the file
 * @param fetches descriptors of input and parameters, in the order of the chunk
 */
public record Program(byte[] bytes, List<Relocation> relocations, List<Fetch> fetches) {
    /**
     * A descriptor of what comes from the host.
     *
     * @param bit of the chunk where it is handed over
     * @param isInput whether of the input, else of parameters
     * @param offset of the first byte in host memory
     * @param bytes how many
     */
    public record Fetch(int bit, boolean isInput, int offset, int bytes) {}

    public Program {
        relocations = List.copyOf(relocations);
        fetches = List.copyOf(fetches);
    }

    /** A chunk that fetches no parameters. */
    public Program(byte[] bytes, List<Relocation> relocations) {
        this(bytes, relocations, List.of());
    }
}
