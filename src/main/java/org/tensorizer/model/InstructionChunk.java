package org.tensorizer.model;

import java.util.List;
import org.tensorizer.base.ByteRange;

/**
 * One chunk of instructions of an executable. A chunk is sent whole.
 *
 * @param index its number in the executable
 * @param range its bytes, absolute in the file
 * @param relocations in the order of the file
 */
public record InstructionChunk(int index, ByteRange range, List<Relocation> relocations) {
    public InstructionChunk {
        relocations = List.copyOf(relocations);
    }
}
