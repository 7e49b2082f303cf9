package org.tensorizer.isa;

import org.tensorizer.base.BadInputException;

/** A chunk of instructions is not what its format promises. Names the chunk and where in it the fault was seen. */
public final class InstructionFormatException extends BadInputException {
    private static final long serialVersionUID = 1L;

    /**
     * @param chunk name of the chunk as the caller gave it
     * @param offset byte offset in the chunk
     * @param problem what was expected and what was found
     */
    public InstructionFormatException(String chunk, int offset, String problem) {
        super(chunk + ": byte " + offset + " (bundle " + offset / Opcode.BUNDLE_BYTES + "): " + problem);
    }
}
