package org.tensorizer.device.emulator;

import java.util.Locale;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Opcode;

/**
 * An instruction and where it stands in its program.
 *
 * @param program what messages call the program, such as {@code EXECUTION_ONLY}
 * @param number its number in the program, over all chunks
 * @param chunk its chunk
 * @param bundle its first bundle in the chunk
 */
public record InstructionSite(String program, int number, int chunk, int bundle, Instruction instruction) {
    public Opcode opcode() {
        return instruction.opcode();
    }

    void require(boolean met, String problem, Object... arguments) {
        if (!met) {
            throw refused(problem, arguments);
        }
    }

    UnsupportedProgramException refused(String problem, Object... arguments) {
        return new UnsupportedProgramException(this + ": " + String.format(Locale.ROOT, problem, arguments));
    }

    /** Refuses what nobody can know the meaning of. */
    void requireDecoded() {
        instruction.unknown().ifPresent(problem -> {
            throw refused("%s", problem);
        });
    }

    /** Such as {@code EXECUTION_ONLY: chunk 0 byte 2096: op (MULTIPLY_ACCUMULATE)}. */
    @Override
    public String toString() {
        return program + ": chunk " + chunk + " byte " + bundle * Opcode.BUNDLE_BYTES + ": " + opcode().unit() + " ("
                + opcode() + ")";
    }
}
