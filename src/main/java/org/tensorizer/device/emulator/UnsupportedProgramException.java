package org.tensorizer.device.emulator;

import org.tensorizer.base.BadInputException;

/**
 * The emulated chip does not know what a program or its parameters would do on silicon: an unknown instruction or bit,
 * a contradiction between fields, a read of memory nobody wrote, a stall, an accumulator that overflows. It refuses
 * instead of guessing. The message names executable, byte offset and instruction.
 */
public final class UnsupportedProgramException extends BadInputException {
    private static final long serialVersionUID = 1L;

    public UnsupportedProgramException(String message) {
        super(message);
    }

    public UnsupportedProgramException(String message, Throwable cause) {
        super(message, cause);
    }
}
